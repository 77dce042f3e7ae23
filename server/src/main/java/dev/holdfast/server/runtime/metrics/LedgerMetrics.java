package dev.holdfast.server.runtime.metrics;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.meter.LedgerMeter;
import dev.holdfast.server.ledger.rules.Rejection;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;

/** Measures the ledger's writer. Its methods take well below a microsecond and no lock. */
final class LedgerMetrics implements LedgerMeter {
  private static final double NANOS = 1e-9;

  /** From a tenth of a millisecond, which no disk undercuts, to where the server is not ready. */
  private static final double[] SECONDS = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5
  };

  private final RefusalMetrics refusals;
  private final StateCounts states;
  private final DistributionDataPoint batchCommands;
  private final DistributionDataPoint commitSeconds;
  private final DistributionDataPoint syncSeconds;
  private final DistributionDataPoint waitSeconds;
  private final CounterDataPoint events;
  private final CounterDataPoint replayed;

  LedgerMetrics(PrometheusRegistry registry, RefusalMetrics refusals, StateCounts states) {
    this.refusals = refusals;
    this.states = states;
    batchCommands =
        histogram(
                "holdfast_batch_commands",
                "Commands of a committed batch.",
                1,
                2,
                4,
                8,
                16,
                32,
                64,
                128,
                256,
                512,
                1024,
                2048,
                4096)
            .register(registry);
    commitSeconds =
        histogram(
                "holdfast_commit_duration_seconds",
                "Time to load, decide, write and commit a batch, including the sync.",
                SECONDS)
            .register(registry);
    syncSeconds =
        histogram(
                "holdfast_commit_sync_duration_seconds",
                "Part of the commit in which the engine writes its WAL and syncs it.",
                SECONDS)
            .register(registry);
    waitSeconds =
        histogram(
                "holdfast_queue_wait_seconds",
                "Time that a command waited in the queue before its batch began.",
                SECONDS)
            .register(registry);
    events =
        Counter.builder()
            .name("holdfast_events_total")
            .help("Committed events, which are changes of repositories and slots.")
            .register(registry);
    replayed =
        Counter.builder()
            .name("holdfast_operations_replayed_total")
            .help("Operations that were found again by their operation id, so nothing was changed.")
            .register(registry);
  }

  static Histogram.Builder histogram(String name, String help, double... bounds) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .classicOnly()
        .classicUpperBounds(bounds)
        .withoutExemplars();
  }

  @Override
  public void waited(long nanos) {
    waitSeconds.observe(nanos * NANOS);
  }

  @Override
  public void committed(CommittedBatch batch) {
    batchCommands.observe(batch.commandCount());
    commitSeconds.observe(batch.totalNanos() * NANOS);
    syncSeconds.observe(batch.syncNanos() * NANOS);
    events.inc(batch.eventCount());
  }

  @Override
  public void booked(String repositoryId, List<Event> booked) {
    states.booked(repositoryId, booked);
  }

  @Override
  public void commitOutcomeUnknown() {
    states.discard();
  }

  @Override
  public void stepRejected(Rejection.Reason reason) {
    refusals.count(reason);
  }

  @Override
  public void replayed(int count) {
    replayed.inc(count);
  }
}
