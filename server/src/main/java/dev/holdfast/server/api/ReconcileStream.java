package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.convert.ReconcileRequests;
import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.ledger.LedgerReads;
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

/** One Reconcile: collects what was observed, and does nothing before the caller has ended. */
final class ReconcileStream implements StreamObserver<ReconcileRequest> {
  /** What is changed in one transaction has to fit into the memory: a kilobyte a slot or so. */
  private static final int LARGEST_CHANGE = 200_000;

  /** How long a call may send next to nothing while it has room that others may need. */
  static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** How long it may take to send all: slots that trickle in must not keep the room either. */
  static final long SENDING_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final CallDispatcher calls;
  private final CallDispatcher.Call<ReconcileResponse> call;
  private final ObservedRoom.Share room;
  private final int largest;
  private final LongSupplier nanos;
  private final Consumer<ReconcileStream> atTheEnd;

  /** How many slots a large call has to send in that time, so that it does not trickle on. */
  private final int leastProgress;

  /** When the first message came, and when the call last went on. */
  private final long firstNanos;

  private long progressNanos;

  /** How many slots came since then. */
  private int progress;

  /** The call until it is over, and its work until that is done: who is cut off still has it. */
  private int users = 1;

  private ReconcileRequests.@Nullable Header header;
  private Observation observation = new Observation();

  /** Whether the call was answered before its end; what still comes is of no interest. */
  private boolean refused;

  /** Whether all was sent. */
  private boolean complete;

  /**
   * A call that comes in.
   *
   * @param nanos the time, as {@link System#nanoTime()} has it
   * @param atTheEnd is told when the call is over
   */
  ReconcileStream(
      CallDispatcher calls,
      StreamObserver<ReconcileResponse> observer,
      ObservedRoom room,
      LongSupplier nanos,
      Consumer<ReconcileStream> atTheEnd) {
    this.calls = calls;
    this.call = calls.begin(observer);
    this.room = room.share();
    this.largest = room.largest();
    this.nanos = nanos;
    this.atTheEnd = atTheEnd;
    this.firstNanos = nanos.getAsLong();
    this.progressNanos = firstNanos;
    this.leastProgress = Math.max(1, room.largest() / 100);
    // One of them comes at the end of every call, whatever becomes of it.
    var server = (ServerCallStreamObserver<ReconcileResponse>) observer;
    server.setOnCloseHandler(this::leave);
    server.setOnCancelHandler(this::leave);
  }

  private void leave() {
    synchronized (this) {
      refused = true;
      observation = new Observation();
      giveUp();
    }
    call.over();
    atTheEnd.accept(this);
  }

  /** Gives the room back when neither the call nor its work needs it any longer. */
  private synchronized void giveUp() {
    users--;
    if (users == 0) {
      room.free();
    }
  }

  /** Ends the call where it has room, is not complete, and sends nothing or too slowly. */
  synchronized void endIfStalled() {
    if (refused || complete || room.taken() == 0) {
      return;
    }
    long now = nanos.getAsLong();
    if (now - progressNanos > SILENCE_NANOS) {
      refuse(
          stalled(
              (room.isLarge() ? "fewer than " + leastProgress + " slots" : "nothing")
                  + " came within "
                  + TimeUnit.NANOSECONDS.toSeconds(SILENCE_NANOS)
                  + " s"));
    } else if (now - firstNanos > SENDING_NANOS) {
      refuse(
          stalled(
              "not all came within " + TimeUnit.NANOSECONDS.toMinutes(SENDING_NANOS) + " minutes"));
    }
  }

  private RejectedException stalled(String why) {
    return new RejectedException(Rejections.observationStalled(room.taken(), why));
  }

  @Override
  public synchronized void onNext(ReconcileRequest request) {
    if (refused) {
      return;
    }
    try {
      take(request);
      noteProgress(request.getObserved().getSlotsCount());
    } catch (RejectedException e) {
      refuse(e);
    }
  }

  private void noteProgress(int slotCount) {
    progress += slotCount;
    if (progress >= leastProgress || !room.isLarge()) {
      progress = 0;
      progressNanos = nanos.getAsLong();
    }
  }

  private void refuse(RejectedException e) {
    refused = true;
    observation = new Observation();
    room.free();
    call.fail(e);
  }

  private void take(ReconcileRequest request) {
    if (header == null) {
      header = ReconcileRequests.header(request);
      return;
    }
    int count = ReconcileRequests.observed(request).getSlotsCount();
    if (observation.size() + count > largest) {
      throw ReconcileRequests.reject("observed.slots", "must be at most " + largest + " in all");
    }
    if (!room.take(count)) {
      throw new RejectedException(
          Rejections.overloaded(largest, "slots are what others may observe at a time"));
    }
    ReconcileRequests.add(request.getObserved(), observation);
  }

  /** The call broke off: it is over, and nothing was done. */
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
    } else if (calls.isRefused(call)) {
      refused = true;
    } else {
      ReconcileRequests.Header asked = header;
      Observation observed = observation;
      // Nobody needs it when the plan is made, and it is large.
      observation = new Observation();
      users++;
      calls.reconcile(call, reads -> reconcile(reads, asked, observed), this::giveUp);
    }
  }

  private void reconcile(LedgerReads reads, ReconcileRequests.Header header, Observation observed) {
    ReconcilePlan plan = new ReconcilePlan(header.scope(), observed);
    reads.survey(header.scope().repositoryId(), header.scope().asOfRevision(), plan);
    Rejection rejection = plan.rejection();
    if (rejection != null) {
      throw new RejectedException(rejection);
    }
    Reconcile command = plan.command();
    if (command.slotCount() > LARGEST_CHANGE) {
      throw ReconcileRequests.reject(
          "observed.slots",
          "differ from the reservations in "
              + command.slotCount()
              + " slots, and at most "
              + LARGEST_CHANGE
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
