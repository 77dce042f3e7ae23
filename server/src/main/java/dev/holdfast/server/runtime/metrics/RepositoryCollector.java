package dev.holdfast.server.runtime.metrics;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.ledger.engine.LedgerReads.StateCount;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads the books of all repositories for a scrape. The first ones by id have series of their own,
 * and the others are summed up, so that the number of series is bounded.
 */
final class RepositoryCollector implements MultiCollector {
  /** Maximum number of repositories with their own series. */
  static final int OWN_SERIES = 1000;

  /** The label of the sum of the others; no repository can have this id. */
  static final String OTHERS = "_other";

  private static final int PAGE = 1000;

  private final LedgerReads reads;
  private final StateCounts states;
  private final int ownSeries;

  RepositoryCollector(LedgerReads reads, StateCounts states, int ownSeries) {
    this.reads = reads;
    this.states = states;
    this.ownSeries = ownSeries;
  }

  /** The gauges while repositories are added. */
  private static final class Gauges {
    final GaugeSnapshot.Builder capacity =
        gauge("holdfast_repository_capacity_bytes", "Capacity of a repository.");
    final GaugeSnapshot.Builder reserved =
        gauge(
            "holdfast_repository_reserved_bytes",
            "Reserved bytes of a repository: those of its reservations, and unassigned ones.");
    final GaugeSnapshot.Builder unassigned =
        gauge(
            "holdfast_repository_unassigned_bytes",
            "Reserved bytes of a repository that belong to no slot.");
    final GaugeSnapshot.Builder available =
        gauge("holdfast_repository_available_bytes", "Bytes of a repository that can be reserved.");
    final GaugeSnapshot.Builder reservations =
        gauge("holdfast_repository_reservations", "Reservations of a repository, by state.");

    private static GaugeSnapshot.Builder gauge(String name, String help) {
      return GaugeSnapshot.builder().name(name).help(help);
    }

    void add(Sums sums, String label, boolean withStates) {
      Labels labels = Labels.of("repository", label);
      put(capacity, labels, sums.capacityBytes);
      put(reserved, labels, sums.reservedBytes);
      put(unassigned, labels, sums.unassignedBytes);
      put(available, labels, sums.availableBytes);
      if (withStates) {
        put(reservations, Labels.of("repository", label, "state", "reserved"), sums.reserved);
        put(reservations, Labels.of("repository", label, "state", "filled"), sums.filled);
      }
    }

    private static void put(GaugeSnapshot.Builder gauge, Labels labels, double value) {
      gauge.dataPoint(GaugeDataPointSnapshot.builder().labels(labels).value(value).build());
    }
  }

  /** Sums as floating-point numbers, because the sum of many capacities may exceed 2^63. */
  private static final class Sums {
    double capacityBytes;
    double reservedBytes;
    double unassignedBytes;
    double availableBytes;
    double reserved;
    double filled;

    void add(Repository repository, @Nullable StateCount states) {
      capacityBytes += repository.capacityBytes();
      reservedBytes += repository.reservedBytes();
      unassignedBytes += repository.unassignedBytes();
      availableBytes += repository.availableBytes();
      if (states != null) {
        reserved += states.reserved();
        filled += states.filled();
      }
    }
  }

  @Override
  public MetricSnapshots collect() {
    Gauges gauges = new Gauges();
    Map<String, StateCount> counts = states.counts();
    Map<String, StateCount> known = Objects.requireNonNullElse(counts, Map.of());
    Sums others = new Sums();
    long count = 0;
    List<Repository> page = reads.repositories("", PAGE);
    while (!page.isEmpty()) {
      for (Repository repository : page) {
        Sums sums = count < ownSeries ? new Sums() : others;
        sums.add(repository, known.get(repository.id()));
        if (count < ownSeries) {
          gauges.add(sums, repository.id(), counts != null);
        }
        count++;
      }
      page = page.size() < PAGE ? List.of() : reads.repositories(page.get(PAGE - 1).id(), PAGE);
    }
    if (count > ownSeries) {
      gauges.add(others, OTHERS, counts != null);
    }
    GaugeSnapshot.Builder repositories =
        GaugeSnapshot.builder().name("holdfast_repositories").help("Repositories that exist.");
    Gauges.put(repositories, Labels.EMPTY, (double) count);
    return MetricSnapshots.of(
        repositories.build(),
        gauges.capacity.build(),
        gauges.reserved.build(),
        gauges.unassigned.build(),
        gauges.available.build(),
        gauges.reservations.build());
  }
}
