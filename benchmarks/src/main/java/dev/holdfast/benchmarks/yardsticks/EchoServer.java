package dev.holdfast.benchmarks.yardsticks;

import com.google.protobuf.Timestamp;
import dev.holdfast.benchmarks.load.SlotWorkload;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import io.grpc.stub.StreamObserver;

/**
 * The upper bound of unary calls: a server that answers as Holdfast does, with messages of the same
 * size over the same transport, and stores nothing.
 */
public final class EchoServer {
  private EchoServer() {}

  /** Serves until the process ends. */
  public static void main(String[] args) throws Exception {
    // Handlers run on the thread that read the request, as in Holdfast.
    Transport.serve("echo", Transport.builder(new Echo()).directExecutor());
  }

  private static final class Echo extends ReservationsServiceGrpc.ReservationsServiceImplBase {
    // Of the same size as in Holdfast.
    private static final Timestamp TIME =
        Timestamp.newBuilder().setSeconds(1_800_000_000).setNanos(999_999_000).build();
    private static final long GENERATION = 1_000_000;
    private static final long AVAILABLE_BYTES = 1L << 59;

    @Override
    public void reserveSlot(
        ReserveSlotRequest request, StreamObserver<ReserveSlotResponse> responses) {
      responses.onNext(
          ReserveSlotResponse.newBuilder()
              .setReservation(
                  Reservation.newBuilder()
                      .setRepositoryId("default")
                      .setSlot(request.getSlot())
                      .setAmountBytes(request.getAmountBytes())
                      .setState(ReservationState.RESERVATION_STATE_RESERVED)
                      .setGeneration(GENERATION)
                      .setCreateTime(TIME))
              .setAvailableBytes(AVAILABLE_BYTES)
              .build());
      responses.onCompleted();
    }

    @Override
    public void releaseSlot(
        ReleaseSlotRequest request, StreamObserver<ReleaseSlotResponse> responses) {
      responses.onNext(
          ReleaseSlotResponse.newBuilder()
              .setReleasedBytes(SlotWorkload.AMOUNT_BYTES)
              .setAvailableBytes(AVAILABLE_BYTES)
              .setAlreadyReleased(false)
              .build());
      responses.onCompleted();
    }
  }
}
