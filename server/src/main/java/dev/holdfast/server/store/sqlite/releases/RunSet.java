package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.sqlite.connection.DamageLog;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Manages the runs of the release index: eight runs of a size are compacted to one, and obsolete
 * runs are deleted, some partitions with every transaction.
 */
final class RunSet {
  private static final DamageLog DAMAGE = new DamageLog();

  private final long filterBytes;

  /** The runs in use, oldest first. */
  private final List<ReleaseRun> inUse = new ArrayList<>();

  private final Deque<ObsoleteRuns> deletions = new ArrayDeque<>();

  /**
   * The compactions in progress, by the size of their sources; small runs are compacted first,
   * because they are added most often.
   */
  private final TreeMap<Integer, RunCompaction> compactions = new TreeMap<>();

  /** The size of the filters of the runs that are in use or being written, in bytes. */
  private long usedFilterBytes;

  private long lastId;

  /**
   * Makes an empty set.
   *
   * @param filterBytes the budget for the filters, in bytes; it may be exceeded by the filter of a
   *     compacted run until its sources are deleted
   */
  private RunSet(long filterBytes) {
    this.filterBytes = filterBytes;
  }

  /** Loads the runs of a database; the newest runs, which are small, get filters first. */
  static RunSet load(SqliteConnection connection, long filterBytes) throws SQLException {
    RunSet runs = new RunSet(filterBytes);
    PreparedStatement query =
        connection.prepared(
            "SELECT " + RunRows.RUN + " FROM release_runs ORDER BY last_chunk, run");
    for (RunRows.Run row : SqliteConnection.rows(query, RunRows.Run::read)) {
      ReleaseRun run = row.run();
      runs.lastId = Math.max(runs.lastId, run.id());
      if (row.inUse()) {
        runs.inUse.add(run);
      } else {
        runs.deletions.add(new ObsoleteRuns(run));
      }
    }
    for (int i = runs.inUse.size() - 1; i >= 0; i--) {
      runs.inUse.set(i, runs.withFilter(connection, runs.inUse.get(i)));
    }
    // Compactions that were in progress are restarted.
    runs.inUse.stream().map(ReleaseRun::partitionBits).distinct().forEach(runs::compactIfDue);
    return runs;
  }

  /** Returns a new filter; null if it exceeds the budget. */
  private @Nullable BloomFilter filter(int partitionBits, long reclaimableBytes) {
    long bytes = BloomFilter.bytes(partitionBits);
    if (usedFilterBytes - reclaimableBytes + bytes > filterBytes) {
      return null;
    }
    usedFilterBytes += bytes;
    return new BloomFilter(partitionBits);
  }

  /**
   * Returns the run with its filter if the budget allows it. A run with a damaged filter is read
   * without one.
   */
  private ReleaseRun withFilter(SqliteConnection connection, ReleaseRun run) throws SQLException {
    BloomFilter filter = filter(run.partitionBits(), 0);
    if (filter == null) {
      return run;
    }
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + RunRows.columns(RunRows.FILTERS)
                + " FROM release_filters WHERE partition_key >= ? AND partition_key < ?");
    query.setLong(1, run.key(0));
    query.setLong(2, run.key(0) + run.partitions());
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        filter.put(
            (int) (row.getLong(1) - run.key(0)),
            BloomFilter.decode(RunRows.bytes(RunRows.FILTERS, row)));
      }
    } catch (StoreException e) {
      DAMAGE.report(e);
    }
    if (!filter.isComplete()) {
      usedFilterBytes -= BloomFilter.bytes(run.partitionBits());
      return run;
    }
    return run.withFilter(filter);
  }

  /** Returns the number of runs in use. */
  int size() {
    return inUse.size();
  }

  /** Returns the last chunk of events whose entries are in runs; 0 for none. */
  long lastChunk() {
    return inUse.stream().mapToLong(ReleaseRun::lastChunk).max().orElse(0);
  }

  /** Passes the entries of a hash to a consumer, in no order. */
  void find(SqliteConnection connection, long hash, LongConsumer entries) throws SQLException {
    for (ReleaseRun run : inUse) {
      run.find(connection, hash, entries);
    }
  }

  /** Returns the newest entry under a slot's hash before a place; 0 for none. */
  long newestBefore(SqliteConnection connection, long hash, long place) throws SQLException {
    LatestEntry latest = new LatestEntry(place);
    for (int i = inUse.size() - 1; i >= 0 && latest.entry() == 0; i--) {
      inUse.get(i).find(connection, hash, latest);
    }
    return latest.entry();
  }

  /** Returns a new run to be written by a flush. */
  ReleaseRun next(int partitionBits, long lastChunk) {
    return new ReleaseRun(++lastId, partitionBits, lastChunk, filter(partitionBits, 0));
  }

  private static long filterBytes(ReleaseRun run) {
    return run.filter() == null ? 0 : BloomFilter.bytes(run.partitionBits());
  }

  /** Adds a finished run to the runs in use. */
  void add(ReleaseRun run) {
    int at = inUse.size();
    while (at > 0 && inUse.get(at - 1).lastChunk() > run.lastChunk()) {
      at--;
    }
    inUse.add(at, run);
    compactIfDue(run.partitionBits());
  }

  private void compactIfDue(int partitionBits) {
    List<ReleaseRun> sources =
        inUse.stream()
            .filter(run -> run.partitionBits() == partitionBits)
            .limit(RunCompaction.RUNS)
            .toList();
    if (sources.size() == RunCompaction.RUNS && !compactions.containsKey(partitionBits)) {
      long lastChunk = sources.stream().mapToLong(ReleaseRun::lastChunk).max().orElseThrow();
      long reclaimableBytes = sources.stream().mapToLong(RunSet::filterBytes).sum();
      int bits = RunCompaction.partitionBits(partitionBits);
      ReleaseRun run = new ReleaseRun(++lastId, bits, lastChunk, filter(bits, reclaimableBytes));
      compactions.put(partitionBits, new RunCompaction(sources, run));
    }
  }

  /** Removes the runs without entries after a chunk. */
  void purge(SqliteConnection connection, long chunk) throws SQLException {
    List<RunCompaction> obsolete =
        compactions.values().stream()
            .filter(compaction -> compaction.run().lastChunk() <= chunk)
            .toList();
    compactions.values().removeAll(obsolete);
    for (RunCompaction compaction : obsolete) {
      delete(connection, compaction.run());
    }
    for (ReleaseRun run : List.copyOf(inUse)) {
      boolean needed = compactions.values().stream().anyMatch(c -> c.sources().contains(run));
      if (run.lastChunk() <= chunk && !needed) {
        delete(connection, run);
      }
    }
  }

  private void delete(SqliteConnection connection, ReleaseRun run) throws SQLException {
    inUse.remove(run);
    usedFilterBytes -= filterBytes(run);
    ObsoleteRuns.begin(connection, run);
    deletions.add(new ObsoleteRuns(run));
  }

  /** Makes one step of a deletion; returns whether there was one. */
  boolean deleteSome(SqliteConnection connection) throws SQLException {
    ObsoleteRuns deletion = deletions.peek();
    if (deletion == null) {
      return false;
    }
    if (deletion.step(connection)) {
      deletions.remove();
    }
    return true;
  }

  /** Makes one step of a compaction; returns whether there was one. */
  boolean compactSome(SqliteConnection connection) throws SQLException {
    if (compactions.isEmpty()) {
      return false;
    }
    RunCompaction compaction = compactions.firstEntry().getValue();
    ReleaseRun run = compaction.step(connection);
    if (run != null) {
      compactions.pollFirstEntry();
      for (ReleaseRun source : compaction.sources()) {
        delete(connection, source);
      }
      add(run);
      compactIfDue(compaction.sources().get(0).partitionBits());
    }
    return true;
  }
}
