package dev.holdfast.testing.rpc;

import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.DatastoreServiceGrpc.DatastoreServiceBlockingStub;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.RepositoryServiceGrpc.RepositoryServiceBlockingStub;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc.ReservationsServiceBlockingStub;
import dev.holdfast.v1.SalesServiceGrpc;
import dev.holdfast.v1.SalesServiceGrpc.SalesServiceBlockingStub;
import io.grpc.ChannelCredentials;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Provides plain gRPC stubs on one connection, without the SDK: no retries, no generated operation
 * ids, and gRPC's default limit of 4 MiB for a response. Every stub has a deadline of 60 s, counted
 * from the call of the method that returns the stub.
 */
public final class Stubs implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 60;

  private final ManagedChannel channel;

  /**
   * Creates a channel without TLS, which connects at the first call.
   *
   * @param target the server, as {@code HOST:PORT}
   */
  public Stubs(String target) {
    this(target, InsecureChannelCredentials.create(), null);
  }

  /**
   * Creates a channel that connects at the first call.
   *
   * @param target the server, as {@code HOST:PORT}
   * @param credentials how the connection is secured
   * @param token the token that each call carries; null for none
   */
  public Stubs(String target, ChannelCredentials credentials, @Nullable String token) {
    channel =
        Grpc.newChannelBuilder(target, credentials)
            .disableRetry()
            .intercept(
                MetadataUtils.newAttachHeadersInterceptor(
                    token == null ? new Metadata() : bearer(token)))
            .build();
  }

  private static Metadata bearer(String token) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return headers;
  }

  /**
   * Returns a stub of the repository service.
   *
   * @return a blocking stub
   */
  public RepositoryServiceBlockingStub repositories() {
    return RepositoryServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Returns a stub of the reservations service.
   *
   * @return a blocking stub
   */
  public ReservationsServiceBlockingStub reservations() {
    return ReservationsServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Returns a stub of the sales service.
   *
   * @return a blocking stub
   */
  public SalesServiceBlockingStub sales() {
    return SalesServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Returns a stub of the datastore service.
   *
   * @return a blocking stub
   */
  public DatastoreServiceBlockingStub datastore() {
    return DatastoreServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Returns the channel of all stubs, for calls that the blocking stubs do not support.
   *
   * @return the channel, which {@link #close} shuts down
   */
  public ManagedChannel channel() {
    return channel;
  }

  /** Closes the connection and cancels the calls on it. */
  @Override
  public void close() {
    channel.shutdownNow();
  }
}
