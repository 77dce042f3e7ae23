package dev.holdfast.client.internal.wire;

import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.SecurityLevel;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Sends a token with every attempt, but never unencrypted to another machine. */
public final class BearerToken extends CallCredentials {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Supplier<String> token;

  public BearerToken(Supplier<String> token) {
    this.token = token;
  }

  @Override
  public void applyRequestMetadata(RequestInfo info, Executor executor, MetadataApplier applier) {
    if (info.getSecurityLevel() != SecurityLevel.PRIVACY_AND_INTEGRITY
        && leavesThisMachine(info.getTransportAttrs())) {
      applier.fail(
          Status.UNAUTHENTICATED.withDescription(
              "a token is not sent without TLS to another machine: set channelCredentials"));
      return;
    }
    executor.execute(
        () -> {
          Metadata headers = new Metadata();
          try {
            headers.put(AUTHORIZATION, "Bearer " + token.get());
          } catch (RuntimeException e) {
            applier.fail(
                Status.UNAUTHENTICATED.withDescription("the token's supplier failed").withCause(e));
            return;
          }
          applier.apply(headers);
        });
  }

  private static boolean leavesThisMachine(Attributes transport) {
    // Other kinds of addresses are sockets within the machine or the process.
    return transport.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress address
        && (address.isUnresolved() || !address.getAddress().isLoopbackAddress());
  }
}
