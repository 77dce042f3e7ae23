package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.view.RepositoryVisitor;
import dev.holdfast.server.store.codec.SlotKeys;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.memtable.Memtable;
import dev.holdfast.server.store.sqlite.memtable.MergedReservationCursor;
import dev.holdfast.server.store.sqlite.rows.EventChunk;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongConsumer;

/** Passes all state of a repository to a visitor, row by row, on one snapshot. */
final class RepositoryScan {
  private RepositoryScan() {}

  static void visitRepository(
      SqliteConnection connection,
      Memtable memtable,
      String repositoryId,
      long afterRevision,
      RepositoryVisitor visitor)
      throws SQLException {
    connection.run("BEGIN");
    List<Reservation> recent =
        memtable.readAtSnapshot(connection, all -> all.ofRepository(repositoryId));
    RowMapper.RepositoryRow known = SqliteReads.known(connection, repositoryId).orElse(null);
    if (known == null) {
      return;
    }
    visitor.repository(known.repository());
    events(connection, known.number(), afterRevision, visitor);
    reservations(connection, known.number(), recent, visitor);
  }

  /** Passes the indexes of the reserved slots of a request to a consumer, in their order. */
  static void reservedIndexes(
      SqliteConnection connection,
      Memtable memtable,
      String repositoryId,
      String requestId,
      LongConsumer slotIndexes)
      throws SQLException {
    connection.run("BEGIN");
    Deque<Slot> recent =
        new ArrayDeque<>(
            memtable
                .readAtSnapshot(connection, all -> all.ofRequest(repositoryId, requestId))
                .stream()
                .map(Reservation::slot)
                .sorted()
                .toList());
    PreparedStatement query =
        connection.prepared(
            "SELECT slot_key FROM reservations"
                + " WHERE repository = ? AND slot_key > ? AND slot_key < ? ORDER BY slot_key");
    query.setLong(1, SqliteReads.number(connection, repositoryId));
    query.setBytes(2, SlotKeys.encodeRequest(requestId));
    query.setBytes(3, SlotKeys.afterRequest(requestId));
    // Reads only the keys of the rows, because there may be millions.
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        Slot slot = SlotKeys.decode(row.getBytes(1));
        while (!recent.isEmpty() && recent.element().compareTo(slot) < 0) {
          slotIndexes.accept(recent.remove().slotIndex());
        }
        slotIndexes.accept(slot.slotIndex());
      }
    }
    recent.forEach(slot -> slotIndexes.accept(slot.slotIndex()));
  }

  private static void events(
      SqliteConnection connection, long repository, long afterRevision, RepositoryVisitor visitor)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + EventChunk.COLUMNS
                + " FROM events WHERE repository = ? AND last_revision > ?"
                + " ORDER BY last_revision");
    query.setLong(1, repository);
    query.setLong(2, afterRevision);
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        EventChunk.read(row, 1).events(row).stream()
            .filter(event -> event.revision() > afterRevision)
            .forEach(visitor::event);
      }
    }
  }

  private static void reservations(
      SqliteConnection connection,
      long repository,
      List<Reservation> recent,
      RepositoryVisitor visitor)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + RowMapper.RESERVATION
                + " FROM reservations WHERE repository = ? ORDER BY slot_key");
    query.setLong(1, repository);
    try (MergedReservationCursor cursor = new MergedReservationCursor(query, recent)) {
      while (cursor.next()) {
        visitor.reservation(cursor.reservation());
      }
    }
  }
}
