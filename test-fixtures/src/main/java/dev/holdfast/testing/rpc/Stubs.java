package dev.holdfast.testing.rpc;

import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.DatastoreServiceGrpc.DatastoreServiceBlockingStub;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.RepositoryServiceGrpc.RepositoryServiceBlockingStub;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc.ReservationsServiceBlockingStub;
import dev.holdfast.v1.SalesServiceGrpc;
import dev.holdfast.v1.SalesServiceGrpc.SalesServiceBlockingStub;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.concurrent.TimeUnit;

/**
 * Bare stubs on one connection, as a client in any language has them: no retries, nothing made up
 * for the caller, and gRPC's own limit of 4 MiB for an answer. Every stub has a deadline of 60 s
 * from the moment when it is asked for.
 */
public final class Stubs implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 60;

  private final ManagedChannel channel;

  /**
   * Connects without TLS, when the first call is made.
   *
   * @param target the server, as {@code HOST:PORT}
   */
  public Stubs(String target) {
    channel =
        Grpc.newChannelBuilder(target, InsecureChannelCredentials.create()).disableRetry().build();
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
   * Returns the channel of all stubs, for calls that they do not make.
   *
   * @return the channel, which is closed with this
   */
  public ManagedChannel channel() {
    return channel;
  }

  /** Ends the connection and what is under way on it. */
  @Override
  public void close() {
    channel.shutdownNow();
  }
}
