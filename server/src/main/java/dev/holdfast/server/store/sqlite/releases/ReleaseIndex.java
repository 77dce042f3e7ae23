package dev.holdfast.server.store.sqlite.releases;

import com.carrotsearch.hppc.LongArrayList;
import dev.holdfast.server.ledger.StoreException;
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
 * and by the operation ids that it or its reservation carried. So what a slot costs does not depend
 * on how often it was released. {@link ReleaseEntries} says what is added for a release.
 *
 * <p>A row for each at its place in a table would dirty a page for each, all over the file; that is
 * most of what a release would cost. So the newest are kept in memory, from where a crash loses
 * nothing, because they stand in the events too; when they are many, they become a run, whose pages
 * are written one after the other, some with every batch so that nobody waits. A log-structured
 * merge tree (O'Neil and others, 1996), of which the events are the log.
 *
 * <p>What is found under a hash is a candidate: another slot can have the same hash, and the events
 * may have been purged.
 *
 * <p>A transaction that fails after this wrote in it leaves an index that must be loaded again.
 */
public final class ReleaseIndex {
  /**
   * How much memory it may take.
   *
   * @param entries so many become a run; up to twice as many are in memory
   * @param filterBytes for the filters of runs, in bytes; of each run without one, every lookup
   *     reads a page
   * @param hashBits how many bits of a hash differ; all, unless a test wants to see collisions
   */
  public record Room(int entries, long filterBytes, int hashBits) {
    /**
     * Ten megabytes and a quarter of a second of reading at a start; and filters for fifty million
     * entries.
     */
    public static final Room DEFAULT = new Room(195_000, 64L << 20, Long.SIZE);

    /** As many parts as have some 190 entries each, which fill most of a page. */
    int partBits() {
      return Math.max(0, 31 - Integer.numberOfLeadingZeros(entries / 128));
    }

    /**
     * So many entries pay for a step of compaction or deletion. To compact the runs of one size
     * takes an eighth of the steps, and to delete them half of that.
     */
    int entriesOfStep() {
      return Math.max(1, entries >> partBits());
    }
  }

  /** How much faster a run is written than the next one's entries come. */
  private static final int MERGED_AN_ENTRY = 2;

  private static final int CHUNKS_AT_ONCE = 100;

  /** Of compaction and deletion, in a transaction of a start: some ten megabytes. */
  private static final int STEPS_OF_A_START = 512;

  /** Of deletion, where nobody released anything: a millisecond. */
  private static final int STEPS_AT_ONCE = 16;

  private static final DamageLog DAMAGE = new DamageLog();
  private static final Logger LOGGER = LoggerFactory.getLogger(ReleaseIndex.class);

  private final Room room;
  private final ReleaseHashes hashes;
  private final RunSet runs;

  /** What was added since the last run was begun. */
  private ReleaseMemtable newest;

  /** How many of these there were. */
  private long epoch = 1;

  /** What becomes a run now. */
  private @Nullable MemtableFlush merge;

  /** How many there were when it began. */
  private int mergeSize;

  private long committedChunk;

  /** Any thread may find that out. */
  private volatile boolean damaged;

  /** The entries that have not paid for a step yet. */
  private int unpaid;

  private ReleaseIndex(Room room, ReleaseHashes hashes, RunSet runs) {
    this.room = room;
    this.hashes = hashes;
    this.runs = runs;
    this.newest = new ReleaseMemtable(room.entries());
    this.committedChunk = runs.lastChunk();
  }

  /**
   * Reads the runs, and the events that they do not know yet. There are many of those where runs
   * were damaged, so runs are made of them at once.
   */
  public static ReleaseIndex load(SqliteConnection connection, Room room) throws SQLException {
    ReleaseHashes hashes = ReleaseHashes.load(connection, room.hashBits());
    ReleaseIndex index = new ReleaseIndex(room, hashes, runs(connection, room.filterBytes()));
    int made = 0;
    while (index.readSome(connection)) {
      if (index.newest.size() >= room.entries()) {
        connection.prepared("BEGIN IMMEDIATE").execute();
        index.mergeTo(connection, 1);
        connection.prepared("COMMIT").execute();
        made++;
        // One is usual after a crash, and not worth to wait for more.
        if (made == 2) {
          LOGGER.info("the releases are indexed again, so this start takes longer");
        }
        if (made >= 2) {
          index.compactAll(connection);
        }
      }
    }
    return index;
  }

  private static RunSet runs(SqliteConnection connection, long filterBytes) throws SQLException {
    try {
      return RunSet.load(connection, filterBytes);
    } catch (StoreException e) {
      DAMAGE.tell(e);
      RunRows.deleteAll(connection);
      return RunSet.load(connection, filterBytes);
    }
  }

  private void compactAll(SqliteConnection connection) throws SQLException {
    boolean more = true;
    while (more) {
      connection.prepared("BEGIN IMMEDIATE").execute();
      for (int step = 0; more && step < STEPS_OF_A_START; step++) {
        more = runs.compactSome(connection) || runs.deleteSome(connection);
      }
      connection.prepared("COMMIT").execute();
    }
  }

  private boolean readSome(SqliteConnection connection) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT " + EventChunk.COLUMNS + " FROM events WHERE chunk > ? ORDER BY chunk LIMIT ?");
    query.setLong(1, committedChunk);
    query.setInt(2, CHUNKS_AT_ONCE);
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

  /** Under what the entries of a release are found. */
  public ReleaseHashes hashes() {
    return hashes;
  }

  /**
   * Counts what was begun in memory: within an epoch, every entry that was added is still found by
   * {@link #addedLast}.
   */
  public long epoch() {
    return epoch;
  }

  /** The last chunk that it knows. */
  long committedChunk() {
    return committedChunk;
  }

  /**
   * The newest candidate of a slot's hash whose place is before another; 0 for none. Where it does
   * not keep older ones, there is none behind it.
   */
  long newestBefore(SqliteConnection connection, long hash, long place) throws SQLException {
    LatestEntry latest = new LatestEntry(place);
    newest.forEach(hash, latest);
    if (latest.entry() == 0 && merge != null) {
      merge.forEach(hash, latest);
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

  /** Goes through all candidates of a hash, in no order. */
  public void find(SqliteConnection connection, long hash, LongConsumer candidates)
      throws SQLException {
    newest.forEach(hash, candidates);
    if (merge != null) {
      merge.forEach(hash, candidates);
    }
    try {
      runs.find(connection, hash, candidates);
    } catch (StoreException e) {
      damaged = true;
      throw e;
    }
  }

  /** A part of a run turned out to be damaged. */
  public void noticeDamage() {
    damaged = true;
  }

  /** Whether a part of a run turned out to be damaged: then it is to be made again. */
  public boolean damaged() {
    return damaged;
  }

  /** The entry that was added last under a hash, if in this epoch; 0 for none. */
  long addedLast(long hash) {
    return newest.last(hash);
  }

  /** Takes over the entries of a chunk that was committed: hashes and entries in turn. */
  public void committed(long chunk, LongArrayList entries) {
    committedChunk = chunk;
    for (int i = 0; i < entries.size(); i += 2) {
      newest.add(entries.get(i), entries.get(i + 1));
    }
  }

  /** Writes some of what is to be written, in the transaction of a batch that adds so many. */
  public void write(SqliteConnection connection, int added) throws SQLException {
    if (merge != null || newest.size() >= room.entries()) {
      mergeTo(
          connection,
          merge == null ? 0 : (double) MERGED_AN_ENTRY * (newest.size() + added) / mergeSize);
    }
    for (unpaid += added; unpaid >= room.entriesOfStep(); unpaid -= room.entriesOfStep()) {
      // First what makes lookups faster, then what only takes room on the disk.
      if (!compactSome(connection) && !runs.deleteSome(connection)) {
        unpaid = 0;
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

  private void mergeTo(SqliteConnection connection, double share) throws SQLException {
    MemtableFlush writing = merge;
    if (writing == null) {
      writing = new MemtableFlush(newest, runs.next(room.partBits(), committedChunk));
      merge = writing;
      mergeSize = newest.size();
      newest = new ReleaseMemtable(room.entries());
      epoch++;
    }
    ReleaseRun run = writing.writeTo(connection, share);
    if (run != null) {
      runs.add(run);
      merge = null;
    }
  }

  /** Stops to look into runs all of whose events are purged. */
  public void purge(SqliteConnection connection) throws SQLException {
    long oldest = connection.number("SELECT min(chunk) FROM events");
    runs.purge(connection, oldest == 0 ? committedChunk : oldest - 1);
  }

  /** Deletes some of what is not in use; answers whether there was anything. */
  public boolean deleteSome(SqliteConnection connection) throws SQLException {
    int steps = 0;
    while (steps < STEPS_AT_ONCE && runs.deleteSome(connection)) {
      steps++;
    }
    return steps > 0;
  }
}
