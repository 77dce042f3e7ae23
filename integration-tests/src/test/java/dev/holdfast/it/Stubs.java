package dev.holdfast.it;

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
 * for the caller, and gRPC's own limit of 4 MiB for an answer.
 */
final class Stubs implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 60;

  private final ManagedChannel channel;

  Stubs(String target) {
    channel =
        Grpc.newChannelBuilder(target, InsecureChannelCredentials.create()).disableRetry().build();
  }

  RepositoryServiceBlockingStub repositories() {
    return RepositoryServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  ReservationsServiceBlockingStub reservations() {
    return ReservationsServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  SalesServiceBlockingStub sales() {
    return SalesServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  DatastoreServiceBlockingStub datastore() {
    return DatastoreServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
  }

  ManagedChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
