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

/** Goes through reservations that have a row and recent ones in one order, that of their slots. */
public final class MergedReservationCursor implements AutoCloseable {
  private final ResultSet rows;
  private final Deque<Reservation> recent;
  private @Nullable Reservation row;
  private @Nullable Reservation current;

  /**
   * Begins before the first of them.
   *
   * @param query answers {@link RowMapper#RESERVATION} by slot; its arguments are set
   * @param recent in any order
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

  /** Goes on to the next one; false where there is none. */
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

  /** The one that it has gone on to. */
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
