package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Tracks the open Reconcile calls and their shared budget. */
final class ReconcileCalls {
  /**
   * Maximum number of slots in all incomplete observations: some two hundred megabytes, mostly of
   * hashes.
   */
  static final int MAX_OBSERVED_SLOTS = 1_000_000;

  private static final int SMALL_CALL_SLOTS = 10_000;
  private static final int SMALL_CALLS = 10;

  private final CallDispatcher calls;
  private final LongSupplier nanos;
  private final ObservationBudget budget;
  private final Set<ReconcileStream> open = ConcurrentHashMap.newKeySet();

  /**
   * Makes the tracker.
   *
   * @param nanos a clock like {@link System#nanoTime()}
   */
  ReconcileCalls(CallDispatcher calls, LongSupplier nanos) {
    this(
        calls,
        nanos,
        new ObservationBudget(
            MAX_OBSERVED_SLOTS, SMALL_CALL_SLOTS, SMALL_CALLS * SMALL_CALL_SLOTS));
  }

  ReconcileCalls(CallDispatcher calls, LongSupplier nanos, ObservationBudget budget) {
    this.calls = calls;
    this.nanos = nanos;
    this.budget = budget;
  }

  StreamObserver<ReconcileRequest> begin(StreamObserver<ReconcileResponse> observer) {
    ReconcileStream stream = new ReconcileStream(calls, observer, budget, nanos, open::remove);
    open.add(stream);
    return stream;
  }

  /** Ends the calls that hold budget and send nothing, or send too slowly. */
  void endStalled() {
    open.forEach(ReconcileStream::endIfStalled);
  }
}
