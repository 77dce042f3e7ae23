package dev.holdfast.server.api;

import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.watch.Watches;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.BindableService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** All services of the contract on one ledger. */
public final class Services {
  /** The contract says 15 s; two of these and a second to come through. */
  private static final Duration WATCH_PERIOD = Duration.ofSeconds(7);

  private Services() {}

  /**
   * The services.
   *
   * @param ledger what they work on
   * @param readers the threads that read for them
   * @param here the thread that a call came in on, as one that takes its answer
   * @param watch who is told when a read fails
   */
  public static List<BindableService> on(
      Ledger ledger, ReaderThreads readers, Supplier<Executor> here, Ledger.Watch watch) {
    return on(ledger, readers, here, watch, WATCH_PERIOD);
  }

  /**
   * The same with another pace for watches where nothing happens.
   *
   * @param watchPeriod a watcher is told something within two of these
   */
  public static List<BindableService> on(
      Ledger ledger,
      ReaderThreads readers,
      Supplier<Executor> here,
      Ledger.Watch watch,
      Duration watchPeriod) {
    Calls calls = new Calls(ledger, readers, here, watch);
    Watches<WatchEventsResponse> watches =
        new Watches<>(ledger.reads(), EventMessages::events, readers.telling(), watch);
    ledger.follow(watches);
    readers.repeat(watches::tick, watchPeriod);
    return List.of(
        new RepositoryApi(calls),
        new ReservationsApi(calls, new WatchCalls(watches)),
        new SalesApi(calls),
        new DatastoreApi(calls));
  }
}
