package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.Answers;
import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.calls.ReadExecutors;
import dev.holdfast.server.api.convert.ApplyConverter;
import dev.holdfast.server.api.convert.EventConverter;
import dev.holdfast.server.api.convert.SaleRequests;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.watch.WatchLimits;
import dev.holdfast.server.ledger.watch.WatchRegistry;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.BindableService;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** All services of the contract on one ledger. */
public final class Services {
  /** The contract says 15 s; two of these and a second to come through. */
  private static final Duration WATCH_PERIOD = Duration.ofSeconds(7);

  /** How often callers that hold others up are looked for. */
  private static final Duration STALL_PERIOD = Duration.ofSeconds(1);

  private Services() {}

  /** How many elements the repeated fields of requests may have, by their full names. */
  public static Map<String, Integer> largestCounts() {
    return Map.of(
        "holdfast.v1.ApplyRequest.operations", ApplyConverter.LARGEST_BATCH,
        "holdfast.v1.SellSlotRequest.excluded_slot_indexes", SaleRequests.LARGEST_EXCLUDED,
        "holdfast.v1.ObservedSlots.slots", ReconcileCalls.OBSERVED_LIMIT);
  }

  /**
   * The services.
   *
   * @param ledger what they work on
   * @param readers the threads that read for them
   * @param here the thread that a call came in on, as one that takes its answer
   * @param listener who is told when a read fails
   * @param answers what their callers wait for
   */
  public static List<BindableService> on(
      Ledger ledger,
      ReadExecutors readers,
      Supplier<Executor> here,
      LedgerListener listener,
      Answers answers) {
    return on(ledger, readers, here, listener, answers, WATCH_PERIOD);
  }

  /**
   * The same with another pace for watches where nothing happens.
   *
   * @param watchPeriod a watcher is told something within two of these
   */
  public static List<BindableService> on(
      Ledger ledger,
      ReadExecutors readers,
      Supplier<Executor> here,
      LedgerListener listener,
      Answers answers,
      Duration watchPeriod) {
    CallDispatcher calls = new CallDispatcher(ledger, readers, here, listener, answers);
    ReconcileCalls reconciles = new ReconcileCalls(calls, System::nanoTime);
    WatchRegistry<WatchEventsResponse> watches =
        new WatchRegistry<>(
            ledger.reads(),
            EventConverter.WORDING,
            readers.watchDelivery(),
            listener,
            WatchLimits.DEFAULT,
            System::nanoTime);
    ledger.follow(watches);
    readers.repeat(watches::tick, watchPeriod, listener);
    readers.repeat(reconciles::endStalled, STALL_PERIOD, listener);
    readers.repeat(answers::resetStalled, STALL_PERIOD, listener);
    return List.of(
        new RepositoryApi(calls),
        new ReservationsApi(calls, reconciles, new WatchCalls(watches)),
        new SalesApi(calls),
        new DatastoreApi(calls));
  }
}
