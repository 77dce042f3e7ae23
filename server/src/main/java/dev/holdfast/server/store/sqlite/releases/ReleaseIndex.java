package dev.holdfast.server.store.sqlite.releases;

import com.carrotsearch.hppc.LongArrayList;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.codec.EventCodec;
import dev.holdfast.server.store.sqlite.connection.DamageLog;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.rows.EventChunk;
import dev.holdfast.server.store.sqlite.rows.EventPlace;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the releases of a slot: the latest by the slot alone, and each older one by its generation
 * and by the operation ids of the release and its reservation. So the cost of a lookup does not
 * depend on how often the slot was released. {@link ReleaseEntries} computes the entries of a
 * release.
 *
 * <p>A table with a row for each release would dirty a page for each release, all over the file,
 * which would be most of the cost of a release. So the newest entries are in a memtable; a crash
 * loses none of them, because the events contain them too. A full memtable is flushed to a run,
 * whose pages are written in sequence, some with every batch so that no caller waits. This is a
 * log-structured merge tree (O'Neil and others, 1996) with the events as its WAL.
 *
 * <p>An entry found under a hash is only a candidate: another slot can have the same hash, and the
 * events may have been purged.
 *
 * <p>After the failure of a transaction that wrote to the index, the index must be loaded again.
 */
public final class ReleaseIndex {
  /**
   * Limits the memory of the index.
   *
   * @param entries the number of entries after which the memtable is flushed; up to twice as many
   *     are in memory
   * @param filterBytes the budget for Bloom filters, in bytes; every lookup reads a page of each
   *     run without a filter
   * @param hashBits the number of bits of a hash that are used; all, except in tests that provoke
   *     collisions
   */
  public record Limits(int entries, long filterBytes, int hashBits) {
    /**
     * Ten megabytes for the memtable and a quarter of a second of replay at a start, and filters
     * for fifty million entries.
     */
    public static final Limits DEFAULT = new Limits(195_000, 64L << 20, Long.SIZE);

    /**
     * Returns the number of partitions of a flushed run, as a power of two. A partition has some
     * 190 entries, which fill most of a page.
     */
    int partitionBits() {
      return Math.max(0, 31 - Integer.numberOfLeadingZeros(entries / 128));
    }

    /**
     * Returns the number of new entries after which one step of compaction or deletion is made. The
     * compaction of the runs of one size takes an eighth of the steps, and their deletion half of
     * that.
     */
    int entriesPerStep() {
      return Math.max(1, entries >> partitionBits());
    }
  }

  /** The number of entries that are flushed for each new entry. */
  private static final int ENTRIES_FLUSHED_PER_NEW_ENTRY = 2;

  private static final int CHUNKS_PER_READ = 100;

  /**
   * The number of compaction and deletion steps in a transaction of a start: some ten megabytes.
   */
  private static final int STEPS_PER_TRANSACTION = 512;

  /** The number of deletion steps in a transaction without releases: a millisecond. */
  private static final int CLEAN_UP_STEPS = 16;

  private static final DamageLog DAMAGE = new DamageLog();
  private static final Logger LOGGER = LoggerFactory.getLogger(ReleaseIndex.class);

  private final Limits limits;
  private final ReleaseHashes hashes;
  private final RunSet runs;

  /** The entries that were added since the last flush began. */
  private ReleaseMemtable newest;

  /** The number of memtables so far. */
  private long epoch = 1;

  /** The flush in progress; null for none. */
  private @Nullable MemtableFlush flush;

  /** The number of entries in the memtable that is being flushed. */
  private int flushSize;

  private long committedChunk;

  /** The numbers at the last commit, for any thread. */
  private volatile Sizes sizes = new Sizes(0, 0);

  /**
   * Numbers for monitoring.
   *
   * @param entryCount the number of entries in the memtable, without those being flushed
   * @param runCount the number of runs in use
   */
  public record Sizes(int entryCount, int runCount) {}

  /** Set by any thread. */
  private volatile boolean damaged;

  /** The number of entries that were added since the last step. */
  private int entriesSinceStep;

  private ReleaseIndex(Limits limits, ReleaseHashes hashes, RunSet runs) {
    this.limits = limits;
    this.hashes = hashes;
    this.runs = runs;
    this.newest = new ReleaseMemtable(limits.entries());
    this.committedChunk = runs.lastChunk();
  }

  /**
   * Loads the runs, and replays the events after them. If runs were damaged, many events are
   * replayed, and the memtable is flushed whenever it is full.
   */
  public static ReleaseIndex load(SqliteConnection connection, Limits limits) throws SQLException {
    ReleaseHashes hashes = ReleaseHashes.load(connection, limits.hashBits());
    ReleaseIndex index = new ReleaseIndex(limits, hashes, runs(connection, limits.filterBytes()));
    int flushes = 0;
    while (index.replaySome(connection)) {
      if (index.newest.size() >= limits.entries()) {
        connection.prepared("BEGIN IMMEDIATE").execute();
        index.flushTo(connection, 1);
        connection.prepared("COMMIT").execute();
        flushes++;
        // One flush is usual after a crash, and fast.
        if (flushes == 2) {
          LOGGER.info("rebuilding the release index; this start takes longer");
        }
        if (flushes >= 2) {
          index.compactAll(connection);
        }
      }
    }
    index.sizes = new Sizes(index.newest.size(), index.runs.size());
    return index;
  }

  private static RunSet runs(SqliteConnection connection, long filterBytes) throws SQLException {
    try {
      return RunSet.load(connection, filterBytes);
    } catch (StoreException e) {
      DAMAGE.report(e);
      RunRows.deleteAll(connection);
      return RunSet.load(connection, filterBytes);
    }
  }

  private void compactAll(SqliteConnection connection) throws SQLException {
    boolean more = true;
    while (more) {
      connection.prepared("BEGIN IMMEDIATE").execute();
      for (int step = 0; more && step < STEPS_PER_TRANSACTION; step++) {
        more = runs.compactSome(connection) || runs.deleteSome(connection);
      }
      connection.prepared("COMMIT").execute();
    }
  }

  private boolean replaySome(SqliteConnection connection) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT " + EventChunk.COLUMNS + " FROM events WHERE chunk > ? ORDER BY chunk LIMIT ?");
    query.setLong(1, committedChunk);
    query.setInt(2, CHUNKS_PER_READ);
    int chunks = 0;
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        EventChunk chunk = EventChunk.read(row, 1);
        byte @Nullable [] entries = chunk.indexEntries(row);
        if (entries == null) {
          EventCodec.releases(
              chunk.encoded(row),
              (index, slotKey) ->
                  newest.add(
                      hashes.ofSlot(chunk.repository(), slotKey),
                      EventPlace.of(chunk.chunk(), index)));
        } else {
          ReleaseEntries.decode(entries, newest::add);
        }
        committedChunk = chunk.chunk();
        chunks++;
      }
    }
    return chunks > 0;
  }

  /** Returns the keys of the index. */
  public ReleaseHashes hashes() {
    return hashes;
  }

  /**
   * Returns the number of the current memtable: within an epoch, {@link #lastAdded} finds every
   * entry that was added.
   */
  public long epoch() {
    return epoch;
  }

  /** Returns the last chunk of events in the index. */
  long committedChunk() {
    return committedChunk;
  }

  /**
   * Returns the newest candidate under a slot's hash before a place; 0 for none. If the candidate
   * does not keep older entries, there is no older candidate.
   */
  long newestBefore(SqliteConnection connection, long hash, long place) throws SQLException {
    LatestEntry latest = new LatestEntry(place);
    newest.forEach(hash, latest);
    if (latest.entry() == 0 && flush != null) {
      flush.forEach(hash, latest);
    }
    if (latest.entry() != 0) {
      return latest.entry();
    }
    try {
      return runs.newestBefore(connection, hash, place);
    } catch (StoreException e) {
      damaged = true;
      throw e;
    }
  }

  /** Passes all candidates under a hash to a consumer, in no order. */
  public void find(SqliteConnection connection, long hash, LongConsumer candidates)
      throws SQLException {
    newest.forEach(hash, candidates);
    if (flush != null) {
      flush.forEach(hash, candidates);
    }
    try {
      runs.find(connection, hash, candidates);
    } catch (StoreException e) {
      damaged = true;
      throw e;
    }
  }

  /** Records damage of a run. */
  public void noticeDamage() {
    damaged = true;
  }

  /** Returns whether a run is damaged; the index must be rebuilt then. */
  public boolean damaged() {
    return damaged;
  }

  /** Returns the entry that was added last under a hash within this epoch; 0 for none. */
  long lastAdded(long hash) {
    return newest.last(hash);
  }

  /** Adds the entries of a committed chunk: alternating hashes and entries. */
  public void committed(long chunk, LongArrayList entries) {
    committedChunk = chunk;
    for (int i = 0; i < entries.size(); i += 2) {
      newest.add(entries.get(i), entries.get(i + 1));
    }
    sizes = new Sizes(newest.size(), runs.size());
  }

  /** Returns the numbers at the last commit. Any thread may call it. */
  public Sizes sizes() {
    return sizes;
  }

  /** Continues flush, compaction and deletion, in the transaction of a batch. */
  public void flushSome(SqliteConnection connection, int addedCount) throws SQLException {
    if (flush != null || newest.size() >= limits.entries()) {
      flushTo(
          connection,
          flush == null
              ? 0
              : (double) ENTRIES_FLUSHED_PER_NEW_ENTRY * (newest.size() + addedCount) / flushSize);
    }
    for (entriesSinceStep += addedCount;
        entriesSinceStep >= limits.entriesPerStep();
        entriesSinceStep -= limits.entriesPerStep()) {
      // Compaction makes lookups faster; deletion only frees disk space.
      if (!compactSome(connection) && !runs.deleteSome(connection)) {
        entriesSinceStep = 0;
        return;
      }
    }
  }

  private boolean compactSome(SqliteConnection connection) throws SQLException {
    try {
      return runs.compactSome(connection);
    } catch (StoreException e) {
      damaged = true;
      throw e;
    }
  }

  private void flushTo(SqliteConnection connection, double share) throws SQLException {
    MemtableFlush writing = flush;
    if (writing == null) {
      writing = new MemtableFlush(newest, runs.next(limits.partitionBits(), committedChunk));
      flush = writing;
      flushSize = newest.size();
      newest = new ReleaseMemtable(limits.entries());
      epoch++;
    }
    ReleaseRun run = writing.writeTo(connection, share);
    if (run != null) {
      runs.add(run);
      flush = null;
    }
  }

  /** Removes the runs whose events are all purged. */
  public void purge(SqliteConnection connection) throws SQLException {
    long oldest = connection.number("SELECT min(chunk) FROM events");
    runs.purge(connection, oldest == 0 ? committedChunk : oldest - 1);
  }

  /** Deletes some rows of obsolete runs; returns whether there were any. */
  public boolean cleanUpSome(SqliteConnection connection) throws SQLException {
    int steps = 0;
    while (steps < CLEAN_UP_STEPS && runs.deleteSome(connection)) {
      steps++;
    }
    return steps > 0;
  }
}
