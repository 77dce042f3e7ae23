package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.calls.PendingResponses;
import dev.holdfast.server.api.calls.ReadExecutors;
import dev.holdfast.server.api.convert.ApplyConverter;
import dev.holdfast.server.api.convert.EventConverter;
import dev.holdfast.server.api.convert.SaleRequests;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.watch.ChangePoller;
import dev.holdfast.server.ledger.watch.WatchLimits;
import dev.holdfast.server.ledger.watch.WatchRegistry;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.BindableService;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Creates all services of the contract on one ledger. */
public final class Services {
  /** The contract promises a message every 15 s: two periods, and one second for delivery. */
  private static final Duration WATCH_PERIOD = Duration.ofSeconds(7);

  /** Period of the checks for stalled callers that hold a shared budget. */
  private static final Duration STALL_PERIOD = Duration.ofSeconds(1);

  /** The full name of the method whose calls are watches. */
  public static final String WATCH_METHOD =
      ReservationsServiceGrpc.getWatchEventsMethod().getFullMethodName();

  private Services() {}

  /** Returns the maximum number of elements of repeated fields, by full field name. */
  public static Map<String, Integer> largestCounts() {
    return Map.of(
        "holdfast.v1.ApplyRequest.operations", ApplyConverter.MAX_OPERATIONS,
        "holdfast.v1.SellSlotRequest.excluded_slot_indexes", SaleRequests.MAX_EXCLUDED,
        "holdfast.v1.ObservedSlots.slots", ReconcileCalls.MAX_OBSERVED_SLOTS);
  }

  /**
   * Creates the services.
   *
   * @param readers the threads that run reads
   * @param answerExecutor returns an executor for the current call's answer, on the thread that
   *     received the call
   * @param listener receives failures of reads
   * @param responses tracks the responses that callers wait for
   */
  public static List<BindableService> on(
      Ledger ledger,
      ReadExecutors readers,
      Supplier<Executor> answerExecutor,
      LedgerListener listener,
      PendingResponses responses) {
    return on(ledger, readers, answerExecutor, listener, responses, WATCH_PERIOD);
  }

  /**
   * Creates the services with another period for watch heartbeats.
   *
   * @param watchPeriod half of the maximum time between two messages to a watcher
   */
  public static List<BindableService> on(
      Ledger ledger,
      ReadExecutors readers,
      Supplier<Executor> answerExecutor,
      LedgerListener listener,
      PendingResponses responses,
      Duration watchPeriod) {
    CallDispatcher calls = new CallDispatcher(ledger, readers, answerExecutor, listener, responses);
    ReconcileCalls reconciles = new ReconcileCalls(calls, System::nanoTime);
    WatchRegistry<WatchEventsResponse> watches =
        new WatchRegistry<>(
            ledger.reads(),
            EventConverter.WATCH_MESSAGES,
            readers.watchDelivery(),
            listener,
            WatchLimits.DEFAULT,
            System::nanoTime);
    ledger.follow(watches);
    readers.repeat(watches::tick, watchPeriod, listener);
    if (!ledger.soleOwner()) {
      Duration period = Duration.ofMillis(ChangePoller.PERIOD_MILLIS);
      readers.poll(new ChangePoller(ledger.reads(), watches), period, listener);
    }
    readers.repeat(reconciles::endStalled, STALL_PERIOD, listener);
    readers.repeat(responses::resetStalled, STALL_PERIOD, listener);
    return List.of(
        new RepositoryApi(calls),
        new ReservationsApi(
            calls,
            reconciles,
            new WatchCalls(watches, new CallerWatches(CallerWatches.MAX_OF_EACH))),
        new SalesApi(calls),
        new DatastoreApi(calls));
  }
}
