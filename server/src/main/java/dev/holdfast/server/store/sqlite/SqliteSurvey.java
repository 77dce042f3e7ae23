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

/** Goes through all that there is of a repository, a row at a time, on one snapshot. */
final class SqliteSurvey {
  private SqliteSurvey() {}

  static void survey(
      SqliteConnection connection,
      Memtable memtable,
      String repositoryId,
      long afterRevision,
      RepositoryVisitor survey)
      throws SQLException {
    connection.run("BEGIN");
    List<Reservation> recentOnes =
        memtable.readAtSnapshot(connection, all -> all.ofRepository(repositoryId));
    RowMapper.Known known = SqliteReads.known(connection, repositoryId).orElse(null);
    if (known == null) {
      return;
    }
    survey.repository(known.repository());
    events(connection, known.number(), afterRevision, survey);
    reservations(connection, known.number(), recentOnes, survey);
  }

  /** The indexes of the slots of a request that have reservations, in their order. */
  static void reservedIndexes(
      SqliteConnection connection,
      Memtable memtable,
      String repositoryId,
      String requestId,
      LongConsumer slotIndexes)
      throws SQLException {
    connection.run("BEGIN");
    Deque<Slot> recentOnes =
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
    query.setBytes(3, SlotKeys.behindRequest(requestId));
    // Only the keys of the rows, as there may be millions.
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        Slot slot = SlotKeys.decode(row.getBytes(1));
        while (!recentOnes.isEmpty() && recentOnes.element().compareTo(slot) < 0) {
          slotIndexes.accept(recentOnes.remove().slotIndex());
        }
        slotIndexes.accept(slot.slotIndex());
      }
    }
    recentOnes.forEach(slot -> slotIndexes.accept(slot.slotIndex()));
  }

  private static void events(
      SqliteConnection connection, long repository, long afterRevision, RepositoryVisitor survey)
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
            .forEach(survey::event);
      }
    }
  }

  private static void reservations(
      SqliteConnection connection,
      long repository,
      List<Reservation> recent,
      RepositoryVisitor survey)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + RowMapper.RESERVATION
                + " FROM reservations WHERE repository = ? ORDER BY slot_key");
    query.setLong(1, repository);
    try (MergedReservationCursor living = new MergedReservationCursor(query, recent)) {
      while (living.next()) {
        survey.reservation(living.reservation());
      }
    }
  }
}
