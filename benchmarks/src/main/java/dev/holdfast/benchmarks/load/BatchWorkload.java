package dev.holdfast.benchmarks.load;

import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc.ReservationsServiceStub;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.Slot;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;

/**
 * The standard mix in batches: reserves fresh slots by one Apply, and releases them by the next.
 */
public final class BatchWorkload implements Workload {
  private final ReservationsServiceStub stub;
  private final int size;
  private final boolean keeps;
  private final List<Slot> asked = new ArrayList<>();
  private final List<Reservation> held = new ArrayList<>();

  private BatchWorkload(Channel channel, int size, boolean keeps) {
    this.stub = ReservationsServiceGrpc.newStub(channel);
    this.size = size;
    this.keeps = keeps;
  }

  /** Makes a workload with this number of operations per batch. */
  public static BatchWorkload mix(Channel channel, int size) {
    return new BatchWorkload(channel, size, false);
  }

  /** Makes a workload that only reserves, so that the ledger grows. */
  public static BatchWorkload fill(Channel channel, int size) {
    return new BatchWorkload(channel, size, true);
  }

  @Override
  public void next(Answer answer) {
    ApplyRequest.Builder apply = ApplyRequest.newBuilder();
    if (held.isEmpty()) {
      asked.clear();
      for (int i = 0; i < size; i++) {
        ReserveSlotRequest reserve = SlotWorkload.freshReserve("");
        asked.add(reserve.getSlot());
        apply.addOperations(Operation.newBuilder().setReserveSlot(reserve));
      }
      stub.apply(apply.build(), new Reply<>(this::reserved, size, answer));
    } else {
      for (Reservation reservation : held) {
        apply.addOperations(
            Requests.operation(
                Requests.releaseSlot("", reservation.getSlot(), reservation.getGeneration(), "")));
      }
      stub.apply(apply.build(), new Reply<>(this::released, size, answer));
    }
  }

  private boolean reserved(ApplyResponse response) {
    if (response.getResultsCount() != size) {
      return false;
    }
    for (int i = 0; i < size; i++) {
      OperationResult result = response.getResults(i);
      Reservation reservation = result.getReserveSlot().getReservation();
      if (!SlotWorkload.isReserved(asked.get(i), reservation)) {
        return false;
      }
      if (!keeps) {
        held.add(reservation);
      }
    }
    return true;
  }

  private boolean released(ApplyResponse response) {
    held.clear();
    return response.getResultsCount() == size
        && response.getResultsList().stream()
            .allMatch(result -> SlotWorkload.isReleased(result.getReleaseSlot()));
  }

  @Override
  public boolean holdsNothing() {
    return held.isEmpty();
  }
}
