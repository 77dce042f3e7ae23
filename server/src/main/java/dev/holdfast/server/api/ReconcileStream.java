package dev.holdfast.server.api;

import dev.holdfast.server.ledger.LedgerReads;
import dev.holdfast.server.ledger.rules.Observation;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Outcome.ReconcileDone;
import dev.holdfast.server.ledger.rules.Reconcile;
import dev.holdfast.server.ledger.rules.ReconcilePlan;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.RevisionRejections;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One Reconcile: collects what was observed, and does nothing before the caller has ended. */
final class ReconcileStream implements StreamObserver<ReconcileRequest> {
  /** What is changed in one transaction has to fit into the memory: a kilobyte a slot or so. */
  private static final int LARGEST_CHANGE = 200_000;

  private final Calls calls;
  private final Calls.Call<ReconcileResponse> call;

  /** The room for observed slots that all these calls share, and how much of it this one has. */
  private final Semaphore room;

  private final int largest;
  private int taken;

  /** The call until it is over, and its work until that is done: who is cut off still has it. */
  private final AtomicInteger users = new AtomicInteger(1);

  private ReconcileWords.@Nullable Header header;
  private Observation observation = new Observation();

  /** Whether the call was answered before its end; what still comes is of no interest. */
  private boolean refused;

  ReconcileStream(
      Calls calls, StreamObserver<ReconcileResponse> observer, Semaphore room, int largest) {
    this.calls = calls;
    this.call = new Calls.Call<>(observer);
    this.room = room;
    this.largest = largest;
    // One of them comes at the end of every call, whatever becomes of it.
    var server = (ServerCallStreamObserver<ReconcileResponse>) observer;
    server.setOnCloseHandler(this::leave);
    server.setOnCancelHandler(this::leave);
  }

  private void leave() {
    refused = true;
    observation = new Observation();
    giveUp();
  }

  /** Gives the room back when neither the call nor its work needs it any longer. */
  private void giveUp() {
    if (users.decrementAndGet() == 0) {
      room.release(taken);
    }
  }

  @Override
  public void onNext(ReconcileRequest request) {
    if (refused) {
      return;
    }
    try {
      take(request);
    } catch (RejectedException e) {
      refuse(e);
    }
  }

  private void refuse(RejectedException e) {
    refused = true;
    call.fail(e);
  }

  private void take(ReconcileRequest request) {
    if (header == null) {
      header = ReconcileWords.header(request);
      return;
    }
    int count = ReconcileWords.observed(request).getSlotsCount();
    if (observation.size() + count > largest) {
      throw ReconcileWords.wrong("observed.slots", "must be at most " + largest + " in all");
    }
    if (!room.tryAcquire(count)) {
      throw new RejectedException(
          Rejections.overloaded(
              largest - room.availablePermits(), "slots that others have observed take all room"));
    }
    taken += count;
    ReconcileWords.add(request.getObserved(), observation);
  }

  /** The call broke off: it is over, and nothing was done. */
  @Override
  public void onError(Throwable e) {}

  @Override
  public void onCompleted() {
    if (refused) {
      return;
    }
    if (header == null) {
      refuse(ReconcileWords.wrong("header", "is required"));
    } else if (observation.size() == 0 && !header.allowEmpty()) {
      refuse(
          new RejectedException(
              RevisionRejections.emptyObservation(header.scope().repositoryId())));
    } else {
      ReconcileWords.Header asked = header;
      Observation observed = observation;
      // Nobody needs it when the plan is made, and it is large.
      observation = new Observation();
      users.incrementAndGet();
      calls.workLong(call, reads -> reconcile(reads, asked, observed), this::giveUp);
    }
  }

  private void reconcile(LedgerReads reads, ReconcileWords.Header header, Observation observed) {
    ReconcilePlan plan = new ReconcilePlan(header.scope(), observed);
    reads.survey(header.scope().repositoryId(), header.scope().asOfRevision(), plan);
    Rejection rejection = plan.rejection();
    if (rejection != null) {
      throw new RejectedException(rejection);
    }
    Reconcile command = plan.command();
    if (command.slotCount() > LARGEST_CHANGE) {
      throw ReconcileWords.wrong(
          "observed.slots",
          "differ from the reservations in "
              + command.slotCount()
              + " slots, and at most "
              + LARGEST_CHANGE
              + " can be changed at once; observe fewer new slots, or more of the old ones, first");
    }
    if (!header.dryRun()) {
      calls.submit(call, command, (sent, done) -> ReconcileWords.response((ReconcileDone) done));
      return;
    }
    Outcome outcome = plan.dryRun(command);
    call.answer(ReconcileWords.response((ReconcileDone) outcome));
  }
}
