package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.convert.ReconcileRequests;
import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Outcome.ReconcileDone;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.RevisionRejections;
import dev.holdfast.server.ledger.rules.reconcile.Observation;
import dev.holdfast.server.ledger.rules.reconcile.Reconcile;
import dev.holdfast.server.ledger.rules.reconcile.ReconcilePlan;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One Reconcile call. Collects the observed slots, and changes nothing before the client has
 * completed the stream.
 */
final class ReconcileStream implements StreamObserver<ReconcileRequest> {
  /**
   * Maximum number of changes: one transaction must fit into memory, at about a kilobyte per slot.
   */
  private static final int MAX_CHANGED_SLOTS = 200_000;

  /** Maximum time without progress for a call that holds budget. */
  static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /**
   * Maximum time to send the whole observation: slots that arrive slowly must not hold the budget
   * either.
   */
  static final long SENDING_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final CallDispatcher calls;
  private final CallDispatcher.Call<ReconcileResponse> call;
  private final ObservationBudget.Share budget;
  private final int largest;
  private final LongSupplier nanos;
  private final Consumer<ReconcileStream> onEnd;

  /** Number of slots that a large call must send within {@link #SILENCE_NANOS}. */
  private final int leastProgress;

  /** When the call started, and when it last made progress. */
  private final long firstNanos;

  private long progressNanos;

  /** Slots received since then. */
  private int progress;

  /**
   * Users of the budget: the call until it ends, and its work until that ends. A cancelled call can
   * still have work in progress.
   */
  private int users = 1;

  private ReconcileRequests.@Nullable Header header;
  private Observation observation = new Observation();

  /** Whether the call was answered early; later messages are ignored. */
  private boolean refused;

  /** Whether the client has completed the stream. */
  private boolean complete;

  /**
   * Starts an incoming call.
   *
   * @param nanos a clock like {@link System#nanoTime()}
   * @param onEnd runs when the call has ended
   */
  ReconcileStream(
      CallDispatcher calls,
      StreamObserver<ReconcileResponse> observer,
      ObservationBudget budget,
      LongSupplier nanos,
      Consumer<ReconcileStream> onEnd) {
    this.calls = calls;
    this.call = calls.begin(observer);
    this.budget = budget.share();
    this.largest = budget.largest();
    this.nanos = nanos;
    this.onEnd = onEnd;
    this.firstNanos = nanos.getAsLong();
    this.progressNanos = firstNanos;
    this.leastProgress = Math.max(1, budget.largest() / 100);
    // gRPC calls one of these handlers at the end of every call.
    var server = (ServerCallStreamObserver<ReconcileResponse>) observer;
    server.setOnCloseHandler(this::leave);
    server.setOnCancelHandler(this::leave);
  }

  private void leave() {
    synchronized (this) {
      refused = true;
      observation = new Observation();
      releaseUse();
    }
    call.over();
    onEnd.accept(this);
  }

  /** Releases the budget once neither the call nor its work uses it. */
  private synchronized void releaseUse() {
    users--;
    if (users == 0) {
      budget.release();
    }
  }

  /** Ends the call if it holds budget, is incomplete, and sends nothing or too slowly. */
  synchronized void endIfStalled() {
    if (refused || complete || budget.taken() == 0) {
      return;
    }
    long now = nanos.getAsLong();
    if (now - progressNanos > SILENCE_NANOS) {
      refuse(
          stalled(
              (budget.isLarge() ? "fewer than " + leastProgress + " slots" : "nothing")
                  + " came within "
                  + TimeUnit.NANOSECONDS.toSeconds(SILENCE_NANOS)
                  + " s"));
    } else if (now - firstNanos > SENDING_NANOS) {
      refuse(
          stalled(
              "not all slots came within "
                  + TimeUnit.NANOSECONDS.toMinutes(SENDING_NANOS)
                  + " minutes"));
    }
  }

  private RejectedException stalled(String reason) {
    return new RejectedException(Rejections.observationStalled(budget.taken(), reason));
  }

  @Override
  public synchronized void onNext(ReconcileRequest request) {
    if (refused) {
      return;
    }
    try {
      handle(request);
      noteProgress(request.getObserved().getSlotsCount());
    } catch (RejectedException e) {
      refuse(e);
    }
  }

  private void noteProgress(int slotCount) {
    progress += slotCount;
    if (progress >= leastProgress || !budget.isLarge()) {
      progress = 0;
      progressNanos = nanos.getAsLong();
    }
  }

  private void refuse(RejectedException e) {
    refused = true;
    observation = new Observation();
    budget.release();
    call.fail(e);
  }

  private void handle(ReconcileRequest request) {
    if (header == null) {
      header = ReconcileRequests.header(request);
      return;
    }
    int count = ReconcileRequests.observed(request).getSlotsCount();
    if (observation.size() + count > largest) {
      throw ReconcileRequests.reject("observed.slots", "must be at most " + largest + " in all");
    }
    if (!budget.take(count)) {
      throw new RejectedException(
          Rejections.overloaded(largest, "slots are the limit of all observations together"));
    }
    ReconcileRequests.add(request.getObserved(), observation);
  }

  /** Does nothing: the call has ended, and nothing was changed. */
  @Override
  public void onError(Throwable e) {}

  @Override
  public synchronized void onCompleted() {
    if (refused) {
      return;
    }
    complete = true;
    if (header == null) {
      refuse(ReconcileRequests.reject("header", "is required"));
    } else if (observation.size() == 0 && !header.allowEmpty()) {
      refuse(
          new RejectedException(
              RevisionRejections.emptyObservation(header.scope().repositoryId())));
    } else if (calls.rejectIfOverBudget(call)) {
      refused = true;
    } else {
      ReconcileRequests.Header request = header;
      Observation observed = observation;
      // Drops the reference to the large observation, which is garbage once the plan exists.
      observation = new Observation();
      users++;
      calls.reconcile(call, reads -> reconcile(reads, request, observed), this::releaseUse);
    }
  }

  private void reconcile(LedgerReads reads, ReconcileRequests.Header header, Observation observed) {
    ReconcilePlan plan = new ReconcilePlan(header.scope(), observed);
    reads.visitRepository(header.scope().repositoryId(), header.scope().asOfRevision(), plan);
    Rejection rejection = plan.rejection();
    if (rejection != null) {
      if (rejection.reason() == Rejection.Reason.REVISION_IN_FUTURE) {
        calls.noteNamed(
            header.scope().repositoryId(), header.scope().asOfRevision(), plan.revision());
      }
      throw new RejectedException(rejection);
    }
    Reconcile command = plan.command();
    if (command.slotCount() > MAX_CHANGED_SLOTS) {
      throw ReconcileRequests.reject(
          "observed.slots",
          "differ from the reservations in "
              + command.slotCount()
              + " slots, and at most "
              + MAX_CHANGED_SLOTS
              + " can be changed at once; observe fewer new slots, or more of the old ones, first");
    }
    if (!header.dryRun()) {
      calls.submit(call, command, (sent, done) -> ReconcileRequests.response((ReconcileDone) done));
      return;
    }
    Outcome outcome = plan.dryRun(command);
    call.answer(ReconcileRequests.response((ReconcileDone) outcome));
  }
}
