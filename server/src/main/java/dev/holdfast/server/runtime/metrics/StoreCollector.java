package dev.holdfast.server.runtime.metrics;

import dev.holdfast.server.store.sqlite.StoreSizes;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the sizes of the store for a scrape. Without an answer of the disk, they are missing. */
public final class StoreCollector implements MultiCollector {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast.metrics");

  private final Source source;

  /** Reads the sizes. */
  public interface Source {
    StoreSizes read() throws IOException;
  }

  StoreCollector(Source source) {
    this.source = source;
  }

  @Override
  public MetricSnapshots collect() {
    StoreSizes sizes;
    try {
      sizes = source.read();
    } catch (IOException e) {
      LOG.debug("cannot read the sizes of the store", e);
      return new MetricSnapshots();
    }
    return MetricSnapshots.of(
        gauge("holdfast_store_bytes", "Size of the database file.", sizes.databaseBytes()),
        gauge("holdfast_wal_bytes", "Size of the WAL file.", sizes.walBytes()),
        gauge(
            "holdfast_filesystem_free_bytes",
            "Bytes of the store's file system that the server may use.",
            sizes.freeBytes()),
        gauge(
            "holdfast_memtable_entries",
            "Recent reservations that have no row in the database yet.",
            sizes.memtableEntries()),
        gauge(
            "holdfast_release_memtable_entries",
            "Recent entries of the release index that are in no run yet.",
            sizes.releaseMemtableEntries()),
        gauge("holdfast_release_runs", "Runs of the release index.", sizes.releaseRuns()));
  }

  private static GaugeSnapshot gauge(String name, String help, long value) {
    return GaugeSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(GaugeDataPointSnapshot.builder().value((double) value).build())
        .build();
  }
}
