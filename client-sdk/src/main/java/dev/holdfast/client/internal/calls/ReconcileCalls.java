package dev.holdfast.client.internal.calls;

import dev.holdfast.client.internal.wire.Call;
import dev.holdfast.client.internal.wire.ProtoMapper;
import dev.holdfast.client.model.ObservedSlot;
import dev.holdfast.client.requests.Reconcile;
import dev.holdfast.client.results.ReconcileResult;
import dev.holdfast.v1.ObservedSlots;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import java.util.Iterator;
import java.util.List;

/** The messages of {@link dev.holdfast.client.Reservations#reconcile}. */
public final class ReconcileCalls {
  /**
   * Large enough that the cost of a message does not matter, and far below the limit of the server.
   */
  private static final int SLOTS_A_MESSAGE = 1_000;

  private ReconcileCalls() {}

  /** Returns the call with its first message. */
  public static Call<ReconcileRequest, ReconcileResponse, ReconcileResult> reconcile(
      Reconcile change) {
    ReconcileRequest header =
        ReconcileRequest.newBuilder()
            .setHeader(
                ReconcileHeader.newBuilder()
                    .setRepositoryId(change.repositoryId())
                    .setAsOfRevision(change.asOfRevision())
                    .setReleaseAttempts(change.releaseAttempts())
                    .setAllowEmpty(change.allowEmpty())
                    .setDryRun(change.dryRun()))
            .build();
    var method = ReservationsServiceGrpc.getReconcileMethod();
    return change.dryRun()
        ? Call.read(method, header, ReconcileCalls::result)
        : Call.changeWithoutId(
            method,
            header,
            "Send it again with the same revision and the same slots: what it did is left alone.",
            ReconcileCalls::result);
  }

  /** Returns the messages after the first, each made on demand. */
  public static Iterator<ReconcileRequest> messages(Iterator<? extends ObservedSlot> observed) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return observed.hasNext();
      }

      @Override
      public ReconcileRequest next() {
        ObservedSlots.Builder slots = ObservedSlots.newBuilder();
        do {
          ObservedSlot each = observed.next();
          slots
              .addSlotsBuilder()
              .setSlot(ProtoMapper.slot(each.slot()))
              .setAmountBytes(each.amountBytes());
        } while (slots.getSlotsCount() < SLOTS_A_MESSAGE && observed.hasNext());
        return ReconcileRequest.newBuilder().setObserved(slots).build();
      }
    };
  }

  private static ReconcileResult result(ReconcileResponse message) {
    return new ReconcileResult(
        slots(message.getReleasedCount1(), message.getReleased6List()),
        slots(message.getFilledCount2(), message.getFilled7List()),
        slots(message.getAdoptedCount3(), message.getAdopted8List()),
        slots(message.getMissingCount4(), message.getMissing9List()),
        message.getUnchangedCount(),
        message.getReleasedBytes(),
        message.getAvailableBytes(),
        message.getRevision());
  }

  private static ReconcileResult.Slots slots(long count, List<dev.holdfast.v1.Slot> first) {
    return new ReconcileResult.Slots(count, first.stream().map(ProtoMapper::slot).toList());
  }
}
