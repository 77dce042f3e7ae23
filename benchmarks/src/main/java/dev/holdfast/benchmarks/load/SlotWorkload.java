package dev.holdfast.benchmarks.load;

import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc.ReservationsServiceStub;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import dev.holdfast.v1.Slot;
import io.grpc.Channel;

/** The standard mix: reserves a fresh slot, releases it by its generation, and starts over. */
public final class SlotWorkload implements Workload {
  /** The amount of each reservation. */
  public static final long AMOUNT_BYTES = 1 << 20;

  private final ReservationsServiceStub stub;
  private final String repositoryId;
  private Slot slot = Slot.getDefaultInstance();

  /** The generation of the reservation; 0 for none. */
  private long generation;

  /** Makes a workload of unary calls on the default repository. */
  public SlotWorkload(Channel channel) {
    this(channel, "");
  }

  /** Makes a workload of unary calls on a repository. */
  public SlotWorkload(Channel channel, String repositoryId) {
    this.stub = ReservationsServiceGrpc.newStub(channel);
    this.repositoryId = repositoryId;
  }

  /** Returns a request that reserves a new slot of a repository. */
  static ReserveSlotRequest freshReserve(String repositoryId) {
    return Requests.reserveSlot(
        repositoryId,
        Requests.slot(RandomIds.requestId(), 0),
        AMOUNT_BYTES,
        RandomIds.operationId());
  }

  static boolean isReserved(Slot slot, Reservation reservation) {
    return reservation.getSlot().equals(slot)
        && reservation.getAmountBytes() == AMOUNT_BYTES
        && reservation.getGeneration() > 0;
  }

  static boolean isReleased(ReleaseSlotResponse response) {
    return response.getReleasedBytes() == AMOUNT_BYTES && !response.getAlreadyReleased();
  }

  @Override
  public void next(Answer answer) {
    if (generation == 0) {
      ReserveSlotRequest request = freshReserve(repositoryId);
      slot = request.getSlot();
      stub.reserveSlot(request, new Reply<>(this::reserved, 1, answer));
    } else {
      ReleaseSlotRequest request = Requests.releaseSlot(repositoryId, slot, generation, "");
      stub.releaseSlot(request, new Reply<>(this::released, 1, answer));
    }
  }

  private boolean reserved(ReserveSlotResponse response) {
    generation = response.getReservation().getGeneration();
    return isReserved(slot, response.getReservation());
  }

  private boolean released(ReleaseSlotResponse response) {
    generation = 0;
    return isReleased(response);
  }

  @Override
  public boolean holdsNothing() {
    return generation == 0;
  }
}
