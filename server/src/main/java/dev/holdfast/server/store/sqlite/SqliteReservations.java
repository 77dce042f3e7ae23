package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.store.codec.SlotKeys;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.memtable.LogPosition;
import dev.holdfast.server.store.sqlite.memtable.Memtable;
import dev.holdfast.server.store.sqlite.memtable.MemtableDelta;
import dev.holdfast.server.store.sqlite.memtable.MemtableEntry;
import dev.holdfast.server.store.sqlite.memtable.RecoveryPoint;
import dev.holdfast.server.store.sqlite.memtable.RepositorySlot;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import dev.holdfast.server.store.sqlite.releases.SlotPasts;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Writes the reservations of one transaction, to their table or to the memtable. */
final class SqliteReservations {
  /**
   * The largest JDBC batch; the driver keeps the parameters of all its rows, which take more memory
   * than the rows.
   */
  private static final int ROWS_PER_BATCH = 4096;

  private final SqliteConnection connection;
  private final Memtable memtable;
  private final long epoch;

  /** The entries that the transaction adds or alters, and the slots that it removes. */
  private final Map<RepositorySlot, MemtableEntry> entered = new HashMap<>();

  private final Set<RepositorySlot> removed = new HashSet<>();
  private LogPosition recoveryPoint;
  private boolean countedAsQuiet;

  /**
   * Makes a writer for a transaction.
   *
   * @param epoch the {@linkplain ReleaseIndex#epoch epoch} of the release index that the
   *     transaction reads
   */
  SqliteReservations(SqliteConnection connection, Memtable memtable, long epoch) {
    this.connection = connection;
    this.memtable = memtable;
    this.epoch = epoch;
    this.recoveryPoint = memtable.recoveryPoint();
  }

  /**
   * Writes the changes of a repository. Deletes the row of a released reservation, if it has one. A
   * recent reservation needs no deletion: the event of its release, written by the same
   * transaction, is enough.
   *
   * <p>All deletions are executed before all insertions: if two JDBC batches were filled side by
   * side, the failure of one would leave rows in the other for the next use of its statement.
   *
   * @param pasts the loaded pasts of the repository's slots
   */
  void write(long repository, Delta delta, SlotPasts pasts) throws SQLException {
    String repositoryId = delta.after().id();
    Map<Slot, Reservation> logged = lastLogged(delta.events());
    List<byte[]> ended = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    for (Delta.SlotDelta slot : delta.slots()) {
      Reservation before = slot.before().current();
      Reservation after = slot.after().current();
      if (Objects.equals(before, after)) {
        continue;
      }
      RepositorySlot owner = new RepositorySlot(repositoryId, slot.slot());
      MemtableEntry wasRecent =
          before == null ? null : memtable.recent().get(repositoryId, slot.slot());
      boolean stays = sameGeneration(before, after);
      if (before != null && wasRecent == null && !stays) {
        ended.add(SlotKeys.encode(slot.slot()));
      }
      if (after != null
          // No event contains a renewed lease.
          && after.equals(logged.get(slot.slot()))
          && (stays ? wasRecent != null : belongsInMemtable(after))) {
        entered.put(
            owner,
            stays && wasRecent != null
                ? new MemtableEntry(
                    repository, after, wasRecent.logStart(), wasRecent.firstInEpoch())
                : new MemtableEntry(
                    repository, after, memtable.end(), isFirst(slot, pasts) ? epoch : 0));
        continue;
      }
      if (wasRecent != null) {
        removed.add(owner);
      }
      if (after != null) {
        rows.add(new Row(repository, after));
      }
    }
    ended.sort(Arrays::compareUnsigned);
    executeBatches(
        "DELETE FROM reservations WHERE repository = ? AND slot_key = ?",
        ended,
        (statement, slotKey) -> {
          statement.setLong(1, repository);
          statement.setBytes(2, slotKey);
        });
    write(rows);
  }

  /**
   * Returns whether the slot was never released before, as far as its past was loaded. The past of
   * a slot that was found by its request alone is unknown.
   */
  private static boolean isFirst(Delta.SlotDelta slot, SlotPasts pasts) {
    return slot.after().latestReleased() == null
        && pasts.isLoaded(slot.slot())
        && pasts.of(slot.slot()) == null;
  }

  /** Returns the reservations in the state of the last event of each. */
  private static Map<Slot, Reservation> lastLogged(List<Event> events) {
    Map<Slot, Reservation> logged = new HashMap<>();
    for (Event event : events) {
      if (event.change() instanceof Change.SlotReserved reserved) {
        logged.put(reserved.reservation().slot(), reserved.reservation());
      } else if (event.change() instanceof Change.SlotFilled filled) {
        logged.put(filled.reservation().slot(), filled.reservation());
      }
    }
    return logged;
  }

  /**
   * Returns whether a new reservation is added to the memtable. A reservation that is filled at
   * once will stay, so it gets a row, as do all reservations beyond the capacity.
   */
  private boolean belongsInMemtable(Reservation reservation) {
    return !reservation.filled() && entered.size() < memtable.capacity();
  }

  private static boolean sameGeneration(@Nullable Reservation before, @Nullable Reservation after) {
    return before != null && after != null && before.generation() == after.generation();
  }

  private record Row(long repository, Reservation reservation) {}

  private void write(List<Row> rows) throws SQLException {
    // In the order of the table, so that neighbours share a page.
    rows.sort(
        Comparator.comparingLong(Row::repository).thenComparing(row -> row.reservation().slot()));
    executeBatches(
        "INSERT OR REPLACE INTO reservations ("
            + RowMapper.RESERVATION
            + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
        (statement, row) -> RowMapper.set(statement, row.repository(), row.reservation()));
  }

  private interface Setter<T> {
    void set(PreparedStatement statement, T row) throws SQLException;
  }

  private <T> void executeBatches(String sql, List<T> rows, Setter<T> setter) throws SQLException {
    for (int from = 0; from < rows.size(); from += ROWS_PER_BATCH) {
      PreparedStatement statement = connection.prepared(sql);
      for (T row : rows.subList(from, Math.min(rows.size(), from + ROWS_PER_BATCH))) {
        setter.set(statement, row);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** Flushes some of the oldest entries, and advances the recovery point from time to time. */
  void flushOldest() throws SQLException {
    flush(
        memtable.flushCandidates(
            entered.size(), owner -> !removed.contains(owner) && !entered.containsKey(owner)));
    LogPosition oldest = memtable.oldestUnflushed(removed);
    if (memtable.isRecoveryPointDue(oldest)) {
      advanceRecoveryPoint(oldest);
    }
  }

  /** Flushes all entries that match. For a transaction that makes no other change to them. */
  void flushAll(Predicate<MemtableEntry> wanted) throws SQLException {
    flush(memtable.recent().matching(wanted));
    advanceRecoveryPoint(memtable.oldestUnflushed(removed));
  }

  private void flush(Map<RepositorySlot, MemtableEntry> flushed) throws SQLException {
    List<Row> rows = new ArrayList<>(flushed.size());
    flushed.values().forEach(entry -> rows.add(new Row(entry.repository(), entry.reservation())));
    write(rows);
    removed.addAll(flushed.keySet());
  }

  private void advanceRecoveryPoint(LogPosition position) throws SQLException {
    if (position.chunk() > recoveryPoint.chunk()) {
      RecoveryPoint.write(connection, position.chunk());
      recoveryPoint = position;
    }
  }

  /**
   * Makes the transaction count as a quiet commit, so that it writes a page even without a change.
   */
  void countAsQuiet() {
    countedAsQuiet = true;
  }

  /**
   * Returns the changes of the memtable. A commit with changes but without events is counted in the
   * file, so that readers can distinguish their snapshots and the loss of the commit is noticed.
   *
   * @param end the position after the last event that was written
   * @param changed whether the transaction changed anything
   */
  MemtableDelta delta(LogPosition end, boolean changed) throws SQLException {
    boolean changes = changed || !removed.isEmpty() || !entered.isEmpty();
    boolean quiet = countedAsQuiet || (changes && end.chunk() == memtable.end().chunk());
    long number = memtable.quietCommits() + (quiet ? 1 : 0);
    if (quiet) {
      PreparedStatement update = connection.prepared("UPDATE recovery_point SET quiet_commits = ?");
      update.setLong(1, number);
      update.executeUpdate();
    }
    return new MemtableDelta(removed, entered, recoveryPoint, end, number);
  }
}
