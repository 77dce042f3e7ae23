package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Delta;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.store.EventLog;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * The third step of a batch, and the heart of it: in the one transaction a released reservation's
 * row is deleted, its bytes are given back, and what a retry needs to get the same answer is kept
 * with the event that tells of it.
 */
final class SqliteWrite {
  /** So that no row grows far beyond a page or two, and a look into the past reads little. */
  private static final int EVENTS_A_CHUNK = 256;

  private final SqliteConnection connection;
  private final SqliteReservations reservations;

  /** The number of the last chunk of events that was written. */
  private long lastChunk;

  private final List<Chunk> chunks = new ArrayList<>();

  /** Some events that were written as one row. */
  record Chunk(long chunk, long repository, List<Event> events) {}

  SqliteWrite(SqliteConnection connection, SqliteReservations reservations, long lastChunk) {
    this.connection = connection;
    this.reservations = reservations;
    this.lastChunk = lastChunk;
  }

  /** All events that were written. */
  List<Chunk> chunks() {
    return chunks;
  }

  void write(Delta delta) throws SQLException {
    long repository = repository(delta.after());
    reservations.write(repository, delta.after().id(), delta.slots());
    new SqliteOffers(connection).write(repository, delta.offers());
    operations(repository, delta.operations());
    events(repository, delta.events());
    SqliteKeys.write(connection, repository, delta.keys());
  }

  private long repository(Repository repository) throws SQLException {
    PreparedStatement upsert =
        connection.prepared(
            "INSERT INTO repositories ("
                + Rows.REPOSITORY
                + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                + " ON CONFLICT (repository_id) DO UPDATE SET"
                + " capacity_bytes = excluded.capacity_bytes,"
                + " reserved_bytes = excluded.reserved_bytes,"
                + " unassigned_bytes = excluded.unassigned_bytes,"
                + " reservation_count = excluded.reservation_count,"
                + " revision = excluded.revision, create_micros = excluded.create_micros,"
                + " update_micros = excluded.update_micros, deleted = excluded.deleted"
                + " RETURNING repository");
    upsert.setString(1, repository.id());
    upsert.setLong(2, repository.capacityBytes());
    upsert.setLong(3, repository.reservedBytes());
    upsert.setLong(4, repository.unassignedBytes());
    upsert.setLong(5, repository.reservationCount());
    upsert.setLong(6, repository.revision());
    upsert.setLong(7, repository.createMicros());
    upsert.setLong(8, repository.updateMicros());
    upsert.setInt(9, repository.deleted() ? 1 : 0);
    try (ResultSet row = upsert.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  private void operations(long repository, List<RememberedOperation> operations)
      throws SQLException {
    PreparedStatement insert =
        connection.prepared(
            "INSERT INTO operations (repository, request_id, operation_id, kind, released_count,"
                + " bytes, revision, slot_index, generation, asked)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (RememberedOperation operation : operations) {
      insert.setLong(1, repository);
      insert.setString(2, operation.key().requestId());
      insert.setString(3, operation.key().operationId());
      insert.setInt(4, operation.kind().number());
      insert.setLong(5, operation.count());
      insert.setLong(6, operation.bytes());
      insert.setLong(7, operation.revision());
      RememberedOperation.Sale sale = operation.sale();
      insert.setObject(8, sale == null ? null : sale.slot().slotIndex());
      insert.setObject(9, sale == null ? null : sale.generation());
      insert.setObject(10, sale == null ? null : sale.asked());
      insert.executeUpdate();
    }
  }

  private void events(long repository, List<Event> events) throws SQLException {
    PreparedStatement insert =
        connection.prepared(
            "INSERT INTO events (chunk, repository, first_revision, last_revision, micros, events)"
                + " VALUES (?, ?, ?, ?, ?, ?)");
    for (int from = 0; from < events.size(); from += EVENTS_A_CHUNK) {
      List<Event> some = events.subList(from, Math.min(events.size(), from + EVENTS_A_CHUNK));
      insert.setLong(1, ++lastChunk);
      insert.setLong(2, repository);
      insert.setLong(3, some.get(0).revision());
      insert.setLong(4, some.get(some.size() - 1).revision());
      insert.setLong(5, some.get(0).micros());
      insert.setBytes(6, EventLog.encode(some));
      insert.executeUpdate();
      chunks.add(new Chunk(lastChunk, repository, some));
    }
  }
}
