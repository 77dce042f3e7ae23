package dev.holdfast.benchmarks.yardsticks;

import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * A simple first solution: a service that makes each call a transaction of its own, one after the
 * other, on gRPC's default threads.
 */
public final class NaiveServer {
  private NaiveServer() {}

  /** Serves until the process ends; the argument is the database file. */
  public static void main(String[] arguments) throws Exception {
    try (NaiveBooks books = new NaiveBooks(Path.of(arguments[0]))) {
      Transport.serve("naive", Transport.builder(new Naive(books)));
    }
  }

  private static final class Naive extends ReservationsServiceGrpc.ReservationsServiceImplBase {
    private final NaiveBooks books;

    Naive(NaiveBooks books) {
      this.books = books;
    }

    private interface Call<T> {
      T run() throws SQLException;
    }

    private static <T> void answer(StreamObserver<T> responses, Call<T> call) {
      T response;
      try {
        response = call.run();
      } catch (SQLException e) {
        responses.onError(
            Status.INTERNAL.withDescription(e.getMessage()).withCause(e).asException());
        return;
      }
      responses.onNext(response);
      responses.onCompleted();
    }

    @Override
    public void reserveSlot(
        ReserveSlotRequest request, StreamObserver<ReserveSlotResponse> responses) {
      answer(
          responses,
          () -> {
            NaiveBooks.Reserved reserved =
                books.reserve(
                    request.getSlot(), request.getAmountBytes(), request.getOperationId());
            return ReserveSlotResponse.newBuilder()
                .setReservation(
                    Reservation.newBuilder()
                        .setRepositoryId("default")
                        .setSlot(request.getSlot())
                        .setAmountBytes(request.getAmountBytes())
                        .setState(ReservationState.RESERVATION_STATE_RESERVED)
                        .setGeneration(reserved.generation()))
                .setAvailableBytes(reserved.availableBytes())
                .build();
          });
    }

    @Override
    public void releaseSlot(
        ReleaseSlotRequest request, StreamObserver<ReleaseSlotResponse> responses) {
      answer(
          responses,
          () -> {
            NaiveBooks.Released released =
                books.release(request.getSlot(), request.getGeneration());
            return ReleaseSlotResponse.newBuilder()
                .setReleasedBytes(released.releasedBytes())
                .setAvailableBytes(released.availableBytes())
                .setAlreadyReleased(false)
                .build();
          });
    }
  }
}
