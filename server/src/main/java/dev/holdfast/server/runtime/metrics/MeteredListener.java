package dev.holdfast.server.runtime.metrics;

import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.engine.StoreException;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Counts what the ledger reports, and passes it on. */
final class MeteredListener implements LedgerListener {
  private final Counter storeFailures;
  private final Counter damages;
  private final Counter leases;
  private final Counter failures;
  private final Counter futures;
  private final TaskMetrics tasks;
  private final LedgerListener next;

  MeteredListener(PrometheusRegistry registry, TaskMetrics tasks, LedgerListener next) {
    this.tasks = tasks;
    this.next = next;
    storeFailures =
        counter(
            registry, "holdfast_store_failures_total", "Times that the store became unavailable.");
    damages = counter(registry, "holdfast_store_damages_total", "Reads that found damaged data.");
    leases =
        counter(
            registry,
            "holdfast_leases_expired_total",
            "Reservations that were released because their leases expired.");
    futures =
        counter(
            registry,
            "holdfast_future_revisions_total",
            "Calls that named a revision or generation that was not given out yet.");
    failures =
        counter(
            registry, "holdfast_unexpected_failures_total", "Unexpected failures; see the log.");
  }

  private static Counter counter(PrometheusRegistry registry, String name, String help) {
    return Counter.builder().name(name).help(help).register(registry);
  }

  @Override
  public void storeFailed(StoreException e) {
    storeFailures.inc();
    next.storeFailed(e);
  }

  @Override
  public void storeRecovered() {
    next.storeRecovered();
  }

  @Override
  public void damaged(StoreException e) {
    damages.inc();
    next.damaged(e);
  }

  @Override
  public void leasesExpired(long releasedCount, long releasedBytes) {
    leases.inc(releasedCount);
    next.leasesExpired(releasedCount, releasedBytes);
  }

  @Override
  public void clockSet(long fromMicros, long toMicros) {
    next.clockSet(fromMicros, toMicros);
  }

  @Override
  public void namedFuture(String repositoryId, long named, long revision) {
    futures.inc();
    next.namedFuture(repositoryId, named, revision);
  }

  @Override
  public void verified(String repositoryId, int problemCount) {
    tasks.verified(repositoryId, problemCount);
    next.verified(repositoryId, problemCount);
  }

  @Override
  public void failed(RuntimeException e) {
    if (e instanceof StoreException failed && failed.damage() != null) {
      damages.inc();
    } else {
      failures.inc();
    }
    next.failed(e);
  }
}
