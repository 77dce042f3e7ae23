package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.store.codec.SlotKeys;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.memtable.RecentReservations;
import dev.holdfast.server.store.sqlite.memtable.RecentReservations.Alteration;
import dev.holdfast.server.store.sqlite.memtable.RecentReservations.LogPosition;
import dev.holdfast.server.store.sqlite.memtable.RecentReservations.MemtableEntry;
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

/**
 * What a transaction makes of the reservations: of those that have a row, and of the recent ones.
 */
final class SqliteReservations {
  /** What the driver gathers takes more room than what it is made of. */
  private static final int GATHERED_ROWS = 4096;

  private final SqliteConnection connection;
  private final RecentReservations recent;
  private final long epoch;

  /** The recent ones that are new, or altered, and those that are no longer recent. */
  private final Map<RepositorySlot, MemtableEntry> entered = new HashMap<>();

  private final Set<RepositorySlot> left = new HashSet<>();
  private LogPosition since;
  private boolean numbered;

  /**
   * For a transaction.
   *
   * @param epoch the {@linkplain ReleaseIndex#epoch epoch} of the index that its loads look into
   */
  SqliteReservations(SqliteConnection connection, RecentReservations recent, long epoch) {
    this.connection = connection;
    this.recent = recent;
    this.epoch = epoch;
    this.since = recent.since();
  }

  /**
   * Takes over what was altered in a repository. What is released has its row deleted, where it has
   * one; what is recent is told by its event, in the same transaction.
   *
   * <p>First all deletions, then all insertions, a statement after the other: of two batches that
   * are gathered side by side, the failure of one would leave the rows of the other for whoever
   * uses its statement next.
   *
   * @param pasts what was loaded of the past of its slots
   */
  void write(long repository, Delta delta, SlotPasts pasts) throws SQLException {
    String repositoryId = delta.after().id();
    Map<Slot, Reservation> told = told(delta.events());
    List<byte[]> ended = new ArrayList<>();
    List<Row> rows = new ArrayList<>();
    for (Delta.SlotDelta slot : delta.slots()) {
      Reservation before = slot.before().current();
      Reservation after = slot.after().current();
      if (Objects.equals(before, after)) {
        continue;
      }
      RepositorySlot owner = new RepositorySlot(repositoryId, slot.slot());
      MemtableEntry wasRecent = before == null ? null : recent.get(repositoryId, slot.slot());
      boolean stays = sameGeneration(before, after);
      if (before != null && wasRecent == null && !stays) {
        ended.add(SlotKeys.encode(slot.slot()));
      }
      if (after != null
          // A renewed lease is told by no event.
          && after.equals(told.get(slot.slot()))
          && (stays ? wasRecent != null : belongsInMemtable(after))) {
        entered.put(
            owner,
            stays && wasRecent != null
                ? new MemtableEntry(repository, after, wasRecent.since(), wasRecent.firstInEpoch())
                : new MemtableEntry(
                    repository, after, recent.end(), isFirst(slot, pasts) ? epoch : 0));
        continue;
      }
      if (wasRecent != null) {
        left.add(owner);
      }
      if (after != null) {
        rows.add(new Row(repository, after));
      }
    }
    ended.sort(Arrays::compareUnsigned);
    gather(
        "DELETE FROM reservations WHERE repository = ? AND slot_key = ?",
        ended,
        (statement, slotKey) -> {
          statement.setLong(1, repository);
          statement.setBytes(2, slotKey);
        });
    write(rows);
  }

  /**
   * Whether nothing older is remembered of the slot of a new one. What is not known is not so: a
   * slot that was found by its request alone came without its past.
   */
  private static boolean isFirst(Delta.SlotDelta slot, SlotPasts pasts) {
    return slot.after().latestReleased() == null
        && pasts.isLoaded(slot.slot())
        && pasts.of(slot.slot()) == null;
  }

  private static Map<Slot, Reservation> told(List<Event> events) {
    Map<Slot, Reservation> told = new HashMap<>();
    for (Event event : events) {
      if (event.change() instanceof Change.SlotReserved reserved) {
        told.put(reserved.reservation().slot(), reserved.reservation());
      } else if (event.change() instanceof Change.SlotFilled filled) {
        told.put(filled.reservation().slot(), filled.reservation());
      }
    }
    return told;
  }

  /** What begins as filled is there to stay, and what comes in masses gets a row at once too. */
  private boolean belongsInMemtable(Reservation reservation) {
    return !reservation.filled() && entered.size() < recent.room();
  }

  private static boolean sameGeneration(@Nullable Reservation one, @Nullable Reservation other) {
    return one != null && other != null && one.generation() == other.generation();
  }

  private record Row(long repository, Reservation reservation) {}

  private void write(List<Row> rows) throws SQLException {
    // In the order of the table, so that neighbours share a page.
    rows.sort(
        Comparator.comparingLong(Row::repository).thenComparing(row -> row.reservation().slot()));
    gather(
        "INSERT OR REPLACE INTO reservations ("
            + RowMapper.RESERVATION
            + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
        (statement, row) -> RowMapper.set(statement, row.repository(), row.reservation()));
  }

  private interface Setter<T> {
    void set(PreparedStatement statement, T row) throws SQLException;
  }

  private <T> void gather(String sql, List<T> rows, Setter<T> setter) throws SQLException {
    for (int from = 0; from < rows.size(); from += GATHERED_ROWS) {
      PreparedStatement statement = connection.prepared(sql);
      for (T row : rows.subList(from, Math.min(rows.size(), from + GATHERED_ROWS))) {
        setter.set(statement, row);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  /** Gives some of the oldest their rows, and says from time to time where the others begin. */
  void flushOldest() throws SQLException {
    move(
        recent.flushCandidates(
            entered.size(), owner -> !left.contains(owner) && !entered.containsKey(owner)));
    LogPosition oldest = recent.sinceWithout(left);
    if (recent.lagsBehind(oldest)) {
      beginAt(oldest);
    }
  }

  /** Gives some their rows. For a transaction that alters nothing else of the recent ones. */
  void flushAll(Predicate<MemtableEntry> some) throws SQLException {
    move(recent.all(some));
    beginAt(recent.sinceWithout(left));
  }

  private void move(Map<RepositorySlot, MemtableEntry> moved) throws SQLException {
    List<Row> rows = new ArrayList<>(moved.size());
    moved.values().forEach(one -> rows.add(new Row(one.repository(), one.reservation())));
    write(rows);
    left.addAll(moved.keySet());
  }

  private void beginAt(LogPosition mark) throws SQLException {
    if (mark.chunk() > since.chunk()) {
      RecoveryPoint.write(connection, mark.chunk());
      since = mark;
    }
  }

  /** Has the commit write something, whatever else it does. */
  void number() {
    numbered = true;
  }

  /**
   * What all of it makes of the recent ones. Where no events tell of a change, the file says that
   * there was one: for those who read meanwhile, and so that its loss is seen.
   *
   * @param end behind the last event that was written
   * @param changed whether anything was changed
   */
  Alteration alteration(LogPosition end, boolean changed) throws SQLException {
    boolean altered = changed || !left.isEmpty() || !entered.isEmpty();
    boolean quiet = numbered || (altered && end.chunk() == recent.end().chunk());
    long number = recent.quiet() + (quiet ? 1 : 0);
    if (quiet) {
      PreparedStatement update = connection.prepared("UPDATE recovery_point SET quiet_commits = ?");
      update.setLong(1, number);
      update.executeUpdate();
    }
    return new Alteration(left, entered, since, end, number);
  }
}
