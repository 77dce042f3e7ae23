package dev.holdfast.server.runtime.security.tls;

import io.grpc.netty.shaded.io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiator.ProtocolNegotiator;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.util.AsciiString;
import java.util.function.Supplier;

/** Gives each new connection of the gRPC port the newest TLS context. */
public final class TlsNegotiator implements ProtocolNegotiator {
  private static final AsciiString SCHEME = AsciiString.of("https");

  private final Supplier<TlsMaterial> material;

  public TlsNegotiator(Supplier<TlsMaterial> material) {
    this.material = material;
  }

  @Override
  public AsciiString scheme() {
    return SCHEME;
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler http2) {
    return InternalProtocolNegotiators.serverTls(material.get().grpc()).newHandler(http2);
  }

  @Override
  public void close() {}
}
