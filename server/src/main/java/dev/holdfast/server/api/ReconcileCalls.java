package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Reconcile: the calls that are open, and the room that they share. */
final class ReconcileCalls {
  /** In all observations that are on their way: some two hundred megabytes, of hashes. */
  static final int OBSERVED_LIMIT = 1_000_000;

  private static final int SMALL_CALL = 10_000;
  private static final int SMALL_CALLS = 10;

  private final CallDispatcher calls;
  private final LongSupplier nanos;
  private final ObservedRoom room;
  private final Set<ReconcileStream> open = ConcurrentHashMap.newKeySet();

  /**
   * None is open.
   *
   * @param nanos the time, as {@link System#nanoTime()} has it
   */
  ReconcileCalls(CallDispatcher calls, LongSupplier nanos) {
    this(calls, nanos, new ObservedRoom(OBSERVED_LIMIT, SMALL_CALL, SMALL_CALLS * SMALL_CALL));
  }

  ReconcileCalls(CallDispatcher calls, LongSupplier nanos, ObservedRoom room) {
    this.calls = calls;
    this.nanos = nanos;
    this.room = room;
  }

  StreamObserver<ReconcileRequest> begin(StreamObserver<ReconcileResponse> observer) {
    ReconcileStream stream = new ReconcileStream(calls, observer, room, nanos, open::remove);
    open.add(stream);
    return stream;
  }

  /** Ends those that keep room and send nothing, or too slowly. */
  void endStalled() {
    open.forEach(ReconcileStream::endIfStalled);
  }
}
