package dev.holdfast.server.store.sqlite;

import com.carrotsearch.hppc.LongArrayList;
import com.carrotsearch.hppc.cursors.LongCursor;
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

/**
 * Finds the revisions that released reservations of a slot.
 *
 * <p>A row for each at its place in a table would dirty a page for each, all over the file; that is
 * most of what a release would cost. So the newest are kept in memory, from where a crash loses
 * nothing, because they stand in the events too; when they are many, they go into the table in the
 * order of its keys, some with every batch, so that many share a page and nobody waits. A
 * log-structured merge tree of two levels, in other words.
 *
 * <p>What is found under a hash is a candidate: another slot can have the same hash.
 */
final class HistoryIndex {
  /**
   * Twenty megabytes, and half a second of reading at a start. The more are merged at once, the
   * more of them share a page of a table that has far more pages than a batch has releases.
   */
  static final int MERGE_FROM = 390_000;

  /** Enough that the older ones are in the table before the newer ones are as many. */
  private static final int MERGED_A_RELEASE = 2;

  private final int mergeFrom;

  /** What was released since the last merge began. */
  private ReleasedRevisions newest;

  /** What goes into the table now. */
  private ReleasedRevisions merging = new ReleasedRevisions(0);

  /** The hashes of it in the order of the table, and how many of them are there already. */
  private MergeOrder order = MergeOrder.NONE;

  private int merged;

  /** The last chunk of events whose releases are in the table or being merged. */
  private long mergingChunk;

  private long committedChunk;

  private HistoryIndex(int mergeFrom, long mergedChunk) {
    this.mergeFrom = mergeFrom;
    this.newest = new ReleasedRevisions(mergeFrom);
    this.committedChunk = mergedChunk;
  }

  /** Reads the events that the table does not know yet. */
  static HistoryIndex load(SqliteConnection connection, int mergeFrom) throws SQLException {
    long mergedChunk = connection.number("SELECT chunk FROM history_merged");
    HistoryIndex index = new HistoryIndex(mergeFrom, mergedChunk);
    PreparedStatement query =
        connection.prepared(
            "SELECT chunk, repository, first_revision, events FROM events"
                + " WHERE chunk > ? ORDER BY chunk");
    query.setLong(1, mergedChunk);
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        long repository = row.getLong(2);
        long firstRevision = row.getLong(3);
        EventLog.releases(
            row.getBytes(4),
            (place, slotKey) -> index.newest.add(hash(repository, slotKey), firstRevision + place));
        index.committedChunk = row.getLong(1);
      }
    }
    return index;
  }

  /** The key of a slot in the table: spreads well, and need not do more. */
  static long hash(long repository, byte[] slotKey) {
    long hash = repository * 0x9E3779B97F4A7C15L;
    for (byte b : slotKey) {
      hash = (hash ^ (b & 0xff)) * 0x100000001B3L;
    }
    return hash ^ (hash >>> 32);
  }

  /** The last chunk that was committed; the next ones have the numbers behind it. */
  long committedChunk() {
    return committedChunk;
  }

  /** Goes through the candidates that are not in the table yet, as it may seem. */
  void recent(long hash, LongConsumer candidates) {
    newest.forEach(hash, candidates);
    merging.forEach(hash, candidates);
  }

  /** Takes over the events of a chunk that was committed. */
  void committed(long chunk, long repository, List<Event> events) {
    committedChunk = chunk;
    events.forEach(event -> addIfRelease(repository, event));
  }

  /** Drops a release that is forgotten. */
  void forgotten(long hash, long revision) {
    newest.remove(hash, revision);
    merging.remove(hash, revision);
  }

  private void addIfRelease(long repository, Event event) {
    if (event.change() instanceof Change.SlotReleased change) {
      Reservation reservation = change.released().reservation();
      newest.add(hash(repository, SlotKeys.encode(reservation.slot())), event.revision());
    }
  }

  /**
   * Merges some into the table, in the transaction of a batch that released so many.
   *
   * @return how far it came, for {@link #mergeCommitted}
   */
  int merge(SqliteConnection connection, int released) throws SQLException {
    if (merged == order.size()) {
      if (newest.size() < mergeFrom) {
        return merged;
      }
      beginMerge();
    }
    PreparedStatement insert =
        connection.prepared("INSERT OR IGNORE INTO history (slot_hash, revision) VALUES (?, ?)");
    int to = Math.min(order.size(), merged + 1 + released * MERGED_A_RELEASE);
    LongArrayList revisions = new LongArrayList();
    for (int i = merged; i < to; i++) {
      long hash = order.get(i);
      revisions.clear();
      merging.forEach(hash, revisions::add);
      for (LongCursor revision : revisions) {
        insert.setLong(1, hash);
        insert.setLong(2, revision.value);
        insert.addBatch();
      }
    }
    insert.executeBatch();
    if (to == order.size()) {
      PreparedStatement update = connection.prepared("UPDATE history_merged SET chunk = ?");
      update.setLong(1, mergingChunk);
      update.executeUpdate();
    }
    return to;
  }

  private void beginMerge() {
    merging = newest;
    newest = new ReleasedRevisions(mergeFrom);
    mergingChunk = committedChunk;
    order = new MergeOrder(merging.hashes());
    merged = 0;
  }

  /** Takes note that a merge so far was committed. */
  void mergeCommitted(int to) {
    merged = to;
    if (merged == order.size()) {
      merging = new ReleasedRevisions(0);
      order = MergeOrder.NONE;
      merged = 0;
    }
  }
}
