package dev.holdfast.benchmarks.load;

import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.ReserveSlot;
import org.jspecify.annotations.Nullable;

/** The standard mix with the asynchronous calls of the Java SDK. */
public final class SdkWorkload implements Workload {
  private final HoldfastClient client;
  private @Nullable Reservation held;

  /** Makes a workload on a client that all workloads share. */
  public SdkWorkload(HoldfastClient client) {
    this.client = client;
  }

  @Override
  public void next(Answer answer) {
    Reservation reservation = held;
    if (reservation == null) {
      reserve(answer);
    } else {
      release(reservation, answer);
    }
  }

  private void reserve(Answer answer) {
    Slot slot = new Slot(RandomIds.requestId(), 0);
    ReserveSlot change =
        ReserveSlot.of(slot, SlotWorkload.AMOUNT_BYTES).withOperationId(RandomIds.operationId());
    var unused =
        client
            .reservations()
            .reserveSlotAsync(change)
            .whenComplete(
                (reserved, failure) -> {
                  if (failure != null) {
                    answer.failed(failure);
                    return;
                  }
                  held = reserved.reservation();
                  tell(
                      reserved.reservation().slot().equals(slot)
                          && reserved.reservation().amountBytes() == SlotWorkload.AMOUNT_BYTES,
                      reserved,
                      answer);
                });
  }

  private void release(Reservation reservation, Answer answer) {
    var unused =
        client
            .reservations()
            .releaseSlotAsync(reservation, ReleaseReason.ATTEMPT_FAILED)
            .whenComplete(
                (released, failure) -> {
                  if (failure != null) {
                    answer.failed(failure);
                    return;
                  }
                  held = null;
                  tell(
                      released.releasedBytes() == SlotWorkload.AMOUNT_BYTES
                          && !released.alreadyReleased(),
                      released,
                      answer);
                });
  }

  private static void tell(boolean correct, Object response, Answer answer) {
    if (correct) {
      answer.done(1);
    } else {
      answer.failed(new IllegalStateException("wrong answer: " + response));
    }
  }

  @Override
  public boolean holdsNothing() {
    return held == null;
  }
}
