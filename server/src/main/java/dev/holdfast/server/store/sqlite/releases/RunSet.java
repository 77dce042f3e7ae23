package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.ledger.StoreException;
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
 * The runs of the index of releases on the disk: eight of a size become one, and what is no longer
 * needed is deleted, a little with every transaction.
 */
final class RunSet {
  private static final DamageLog DAMAGE = new DamageLog();

  private final long filterBytes;

  /** In use, the oldest first. */
  private final List<ReleaseRun> inUse = new ArrayList<>();

  private final Deque<ObsoleteRuns> deletions = new ArrayDeque<>();

  /** What becomes of runs, by their size: the small ones come first, as they come most often. */
  private final TreeMap<Integer, RunCompaction> compactions = new TreeMap<>();

  /** How much the filters take of those in use and those being written. */
  private long filteredBytes;

  private long lastId;

  /**
   * No runs yet.
   *
   * @param filterBytes how much memory the filters may take, in bytes; those that are being made
   *     for runs in the place of others come on top until they are
   */
  private RunSet(long filterBytes) {
    this.filterBytes = filterBytes;
  }

  /** Those that a database has; the newest, which are small, have their filters first. */
  static RunSet load(SqliteConnection connection, long filterBytes) throws SQLException {
    RunSet runs = new RunSet(filterBytes);
    PreparedStatement query =
        connection.prepared(
            "SELECT " + RunRows.RUN + " FROM history_runs ORDER BY last_chunk, run");
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
    // What was under way begins anew.
    runs.inUse.stream().map(ReleaseRun::partBits).distinct().forEach(runs::compactWhereMany);
    return runs;
  }

  /** A filter where there is room, also for one that will soon have the room of others. */
  private @Nullable BloomFilter filter(int partBits, long soonFreeBytes) {
    long bytes = BloomFilter.bytes(partBits);
    if (filteredBytes - soonFreeBytes + bytes > filterBytes) {
      return null;
    }
    filteredBytes += bytes;
    return new BloomFilter(partBits);
  }

  /** With its filter, where there is room for it. A damaged one is none: the run is read then. */
  private ReleaseRun withFilter(SqliteConnection connection, ReleaseRun run) throws SQLException {
    BloomFilter filter = filter(run.partBits(), 0);
    if (filter == null) {
      return run;
    }
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + RunRows.columns(RunRows.FILTERS)
                + " FROM history_filters WHERE part >= ? AND part < ?");
    query.setLong(1, run.key(0));
    query.setLong(2, run.key(0) + run.parts());
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        filter.put(
            (int) (row.getLong(1) - run.key(0)),
            BloomFilter.decode(RunRows.bytes(RunRows.FILTERS, row)));
      }
    } catch (StoreException e) {
      DAMAGE.tell(e);
    }
    if (!filter.complete()) {
      filteredBytes -= BloomFilter.bytes(run.partBits());
      return run;
    }
    return run.withFilter(filter);
  }

  /** The last chunk of events whose releases are in runs; 0 for none. */
  long lastChunk() {
    return inUse.stream().mapToLong(ReleaseRun::lastChunk).max().orElse(0);
  }

  /** Goes through the entries of a hash, in no order. */
  void find(SqliteConnection connection, long hash, LongConsumer entries) throws SQLException {
    for (ReleaseRun run : inUse) {
      run.find(connection, hash, entries);
    }
  }

  /** The newest entry of a slot's hash whose place is before another; 0 for none. */
  long newestBefore(SqliteConnection connection, long hash, long place) throws SQLException {
    LatestEntry latest = new LatestEntry(place);
    for (int i = inUse.size() - 1; i >= 0 && latest.entry() == 0; i--) {
      inUse.get(i).find(connection, hash, latest);
    }
    return latest.entry();
  }

  /** A run that is to be written. */
  ReleaseRun next(int partBits, long lastChunk) {
    return new ReleaseRun(++lastId, partBits, lastChunk, filter(partBits, 0));
  }

  private static long filterBytes(ReleaseRun run) {
    return run.filter() == null ? 0 : BloomFilter.bytes(run.partBits());
  }

  /** Takes a run into use that was written. */
  void add(ReleaseRun run) {
    int at = inUse.size();
    while (at > 0 && inUse.get(at - 1).lastChunk() > run.lastChunk()) {
      at--;
    }
    inUse.add(at, run);
    compactWhereMany(run.partBits());
  }

  private void compactWhereMany(int partBits) {
    List<ReleaseRun> sources =
        inUse.stream().filter(run -> run.partBits() == partBits).limit(RunCompaction.RUNS).toList();
    if (sources.size() == RunCompaction.RUNS && !compactions.containsKey(partBits)) {
      long lastChunk = sources.stream().mapToLong(ReleaseRun::lastChunk).max().orElseThrow();
      long soonFree = sources.stream().mapToLong(RunSet::filterBytes).sum();
      int bits = RunCompaction.partBits(partBits);
      ReleaseRun run = new ReleaseRun(++lastId, bits, lastChunk, filter(bits, soonFree));
      compactions.put(partBits, new RunCompaction(sources, run));
    }
  }

  /** Stops to use the runs that know of no chunk behind this one. */
  void purge(SqliteConnection connection, long chunk) throws SQLException {
    List<RunCompaction> vain =
        compactions.values().stream().filter(one -> one.run().lastChunk() <= chunk).toList();
    compactions.values().removeAll(vain);
    for (RunCompaction one : vain) {
      delete(connection, one.run());
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
    filteredBytes -= filterBytes(run);
    ObsoleteRuns.begin(connection, run);
    deletions.add(new ObsoleteRuns(run));
  }

  /** Deletes a little; answers whether there was anything to delete. */
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

  /** Makes larger runs of small ones, a little of it; answers whether there was anything to do. */
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
      compactWhereMany(compaction.sources().get(0).partBits());
    }
    return true;
  }
}
