package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.load.Connections;
import dev.holdfast.benchmarks.load.Ticker;
import dev.holdfast.benchmarks.report.GrowthReport;
import dev.holdfast.v1.AvailableRequest;
import dev.holdfast.v1.ListEventsRequest;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * Starts a server with a retention of one second, waits for its purge, and measures the disk space.
 */
record RetentionRun(Programs programs, Path dataDir, long liveReservations) {
  private static final Duration TIME_LIMIT = Duration.ofMinutes(30);
  private static final Duration PAUSE = Duration.ofMillis(100);
  private static final int STABLE_CHECKS = 20;

  GrowthReport.Disk measure() throws IOException, InterruptedException, SQLException {
    double seconds;
    try (MeasuredServer server = programs.holdfast(dataDir, "--retention", "1s");
        Connections connections = new Connections(server.address())) {
      seconds = awaitPurged(connections);
      awaitStableFreePages();
    }
    long freeBytes = freeBytes();
    return new GrowthReport.Disk(liveReservations, seconds, Scratch.bytesIn(dataDir), freeBytes);
  }

  /** Waits until no event is kept; then everything else is purged too. */
  private static double awaitPurged(Connections connections) throws InterruptedException {
    var reservations = ReservationsServiceGrpc.newBlockingStub(connections.next());
    long revision =
        RepositoryServiceGrpc.newBlockingStub(connections.next())
            .available(AvailableRequest.getDefaultInstance())
            .getRevision();
    ListEventsRequest oldest = ListEventsRequest.newBuilder().setPageSize(1).build();
    long start = System.nanoTime();
    while (reservations.listEvents(oldest).getOldestRevision() <= revision) {
      if (System.nanoTime() - start > TIME_LIMIT.toNanos()) {
        throw new IllegalStateException("events are still kept after " + TIME_LIMIT);
      }
      Ticker.SYSTEM.waitUntil(System.nanoTime() + PAUSE.toNanos());
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /** Waits until the number of free pages is stable, because the server keeps some. */
  private void awaitStableFreePages() throws InterruptedException, SQLException {
    long before = -1;
    int same = 0;
    while (same < STABLE_CHECKS) {
      Ticker.SYSTEM.waitUntil(System.nanoTime() + PAUSE.toNanos());
      long now = freeBytes();
      same = now == before ? same + 1 : 0;
      before = now;
    }
  }

  private long freeBytes() throws SQLException {
    try (Connection database =
        DriverManager.getConnection("jdbc:sqlite:" + dataDir.resolve("holdfast.db"))) {
      return pragma(database, "freelist_count") * pragma(database, "page_size");
    }
  }

  private static long pragma(Connection database, String name) throws SQLException {
    try (Statement statement = database.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA " + name)) {
      row.next();
      return row.getLong(1);
    }
  }
}
