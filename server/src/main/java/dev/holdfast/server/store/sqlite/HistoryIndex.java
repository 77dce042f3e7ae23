package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.store.EventLog;
import dev.holdfast.server.store.SlotKeys;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the revisions that released reservations of a slot.
 *
 * <p>A row for each at its place in a table would dirty a page for each, all over the file; that is
 * most of what a release would cost. So the newest are kept in memory, from where a crash loses
 * nothing, because they stand in the events too; when they are many, they become a run, whose pages
 * are written one after the other, some with every batch so that nobody waits. A log-structured
 * merge tree (O'Neil and others, 1996), of which the events are the log.
 *
 * <p>What is found under a hash is a candidate: another slot can have the same hash, and the events
 * may have been forgotten.
 *
 * <p>A transaction that fails after this wrote in it leaves an index that must be loaded again.
 */
final class HistoryIndex {
  /**
   * How much memory it may take.
   *
   * @param releases so many become a run; up to twice as many are in memory
   * @param filterBytes for the filters of runs, in bytes; of each run without one, every lookup
   *     reads a page
   */
  record Room(int releases, long filterBytes) {
    /**
     * Ten megabytes and a quarter of a second of reading at a start; and filters for fifty million
     * releases.
     */
    static final Room DEFAULT = new Room(195_000, 64L << 20);

    /** As many parts as have some 190 releases each, which fill most of a page. */
    int partBits() {
      return Math.max(0, 31 - Integer.numberOfLeadingZeros(releases / 128));
    }

    /**
     * So many releases pay for a step of compaction or deletion. To compact the runs of one size
     * takes an eighth of the steps, and to delete them half of that.
     */
    int releasesOfStep() {
      return Math.max(1, releases >> partBits());
    }
  }

  /** How much faster a run is written than the next one's releases come. */
  private static final int MERGED_A_RELEASE = 2;

  private static final int CHUNKS_AT_ONCE = 100;

  /** Of compaction and deletion, in a transaction of a start: some ten megabytes. */
  private static final int STEPS_OF_A_START = 512;

  /** Of deletion, where nobody released anything: a millisecond. */
  private static final int STEPS_AT_ONCE = 16;

  private static final Logger LOGGER = LoggerFactory.getLogger(HistoryIndex.class);

  private final Room room;
  private final HistoryRuns runs;

  /** What was released since the last run was begun. */
  private ReleasedRevisions newest;

  /** What becomes a run now. */
  private @Nullable HistoryMerge merge;

  /** How many there were when it began. */
  private int mergeSize;

  private long committedChunk;

  /** The releases that have not paid for a step yet. */
  private int unpaid;

  private HistoryIndex(Room room, HistoryRuns runs) {
    this.room = room;
    this.runs = runs;
    this.newest = new ReleasedRevisions(room.releases());
    this.committedChunk = runs.lastChunk();
  }

  /**
   * Reads the runs, and the events that they do not know yet. There are many of those where runs
   * were lost, so runs are made of them at once.
   */
  static HistoryIndex load(SqliteConnection connection, Room room) throws SQLException {
    HistoryIndex index = new HistoryIndex(room, HistoryRuns.load(connection, room.filterBytes()));
    int made = 0;
    while (index.readSome(connection)) {
      if (index.newest.size() >= room.releases()) {
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
            "SELECT chunk, repository, first_revision, events FROM events"
                + " WHERE chunk > ? ORDER BY chunk LIMIT ?");
    query.setLong(1, committedChunk);
    query.setInt(2, CHUNKS_AT_ONCE);
    int chunks = 0;
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        long repository = row.getLong(2);
        long firstRevision = row.getLong(3);
        EventLog.releases(
            row.getBytes(4),
            (place, slotKey) -> newest.add(hash(repository, slotKey), firstRevision + place));
        committedChunk = row.getLong(1);
        chunks++;
      }
    }
    return chunks > 0;
  }

  /**
   * A slot's key in the index, and on the disk: FNV-1a, mixed as SplitMix64 does it because parts
   * are by the highest bits.
   */
  static long hash(long repository, byte[] slotKey) {
    long hash = repository * 0x9E3779B97F4A7C15L;
    for (byte b : slotKey) {
      hash = (hash ^ (b & 0xff)) * 0x100000001B3L;
    }
    hash = (hash ^ (hash >>> 30)) * 0xBF58476D1CE4E5B9L;
    hash = (hash ^ (hash >>> 27)) * 0x94D049BB133111EBL;
    return hash ^ (hash >>> 31);
  }

  /** The last chunk that it knows. */
  long committedChunk() {
    return committedChunk;
  }

  /** Goes through the candidates of a hash. */
  void find(SqliteConnection connection, long hash, LongConsumer candidates) throws SQLException {
    newest.forEach(hash, candidates);
    if (merge != null) {
      merge.forEach(hash, candidates);
    }
    runs.find(connection, hash, candidates);
  }

  /** Takes over the events of a chunk that was committed. */
  void committed(long chunk, long repository, List<Event> events) {
    committedChunk = chunk;
    events.forEach(event -> addIfRelease(repository, event));
  }

  private void addIfRelease(long repository, Event event) {
    if (event.change() instanceof Change.SlotReleased change) {
      Reservation reservation = change.released().reservation();
      newest.add(hash(repository, SlotKeys.encode(reservation.slot())), event.revision());
    }
  }

  /** Writes some of what is to be written, in the transaction of a batch that released so many. */
  void write(SqliteConnection connection, int released) throws SQLException {
    if (merge != null || newest.size() >= room.releases()) {
      mergeTo(
          connection,
          merge == null ? 0 : (double) MERGED_A_RELEASE * (newest.size() + released) / mergeSize);
    }
    for (unpaid += released; unpaid >= room.releasesOfStep(); unpaid -= room.releasesOfStep()) {
      // First what makes lookups faster, then what only takes room on the disk.
      if (!runs.compactSome(connection) && !runs.deleteSome(connection)) {
        unpaid = 0;
        return;
      }
    }
  }

  private void mergeTo(SqliteConnection connection, double share) throws SQLException {
    HistoryMerge writing = merge;
    if (writing == null) {
      writing = new HistoryMerge(newest, runs.next(room.partBits(), committedChunk));
      merge = writing;
      mergeSize = newest.size();
      newest = new ReleasedRevisions(room.releases());
    }
    HistoryRun run = writing.writeTo(connection, share);
    if (run != null) {
      runs.add(run);
      merge = null;
    }
  }

  /** Stops to look into runs all of whose events are forgotten. */
  void forget(SqliteConnection connection) throws SQLException {
    long oldest = connection.number("SELECT min(chunk) FROM events");
    runs.forget(connection, oldest == 0 ? committedChunk : oldest - 1);
  }

  /** Deletes some of what is not in use; answers whether there was anything. */
  boolean deleteSome(SqliteConnection connection) throws SQLException {
    int steps = 0;
    while (steps < STEPS_AT_ONCE && runs.deleteSome(connection)) {
      steps++;
    }
    return steps > 0;
  }
}
