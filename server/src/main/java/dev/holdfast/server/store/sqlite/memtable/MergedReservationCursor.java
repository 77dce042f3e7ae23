package dev.holdfast.server.store.sqlite.memtable;

import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Iterates over flushed and recent reservations, merged in the order of their slots. */
public final class MergedReservationCursor implements AutoCloseable {
  private final ResultSet rows;
  private final Deque<Reservation> recent;
  private @Nullable Reservation row;
  private @Nullable Reservation current;

  /**
   * Starts before the first reservation.
   *
   * @param query a query with its arguments set that returns {@link RowMapper#RESERVATION} ordered
   *     by slot
   * @param recent the recent reservations, in any order
   */
  public MergedReservationCursor(PreparedStatement query, List<Reservation> recent)
      throws SQLException {
    this.recent = new ArrayDeque<>(recent.stream().sorted(bySlot()).toList());
    this.rows = query.executeQuery();
    nextRow();
  }

  private static Comparator<Reservation> bySlot() {
    return Comparator.comparing(Reservation::slot);
  }

  private void nextRow() throws SQLException {
    row = rows.next() ? RowMapper.reservation(rows) : null;
  }

  /** Moves to the next reservation; returns false after the last. */
  public boolean next() throws SQLException {
    Reservation first = recent.peek();
    if (first != null && (row == null || bySlot().compare(first, row) < 0)) {
      current = recent.poll();
    } else {
      current = row;
      if (row != null) {
        nextRow();
      }
    }
    return current != null;
  }

  /** Returns the current reservation. */
  public Reservation reservation() {
    if (current == null) {
      throw new NoSuchElementException();
    }
    return current;
  }

  @Override
  public void close() throws SQLException {
    rows.close();
  }
}
