package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.LoadedBooks;
import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.books.Touched;
import dev.holdfast.server.store.SlotKeys;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The first step of a batch: loads the rows that it touches. */
final class SqliteLoad {
  private final SqliteConnection connection;

  SqliteLoad(SqliteConnection connection) {
    this.connection = connection;
  }

  LoadedBooks books(Touched touched) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT " + Rows.REPOSITORY + ", repository FROM repositories WHERE repository_id = ?");
    query.setString(1, touched.repositoryId());
    Repository repository = null;
    long key = 0;
    try (ResultSet row = query.executeQuery()) {
      if (row.next()) {
        repository = Rows.repository(row);
        key = row.getLong(10);
      }
    }
    Map<Slot, SlotHistory> slots = new HashMap<>();
    Map<String, List<Reservation>> requests = new HashMap<>();
    Map<OperationKey, RememberedOperation> operations = new HashMap<>();
    if (repository != null) {
      // In the order of the table, so that neighbours are found on one page.
      for (Slot slot : touched.slots().stream().sorted().toList()) {
        SlotHistory history = history(key, slot);
        if (history != null) {
          slots.put(slot, history);
        }
      }
      for (String requestId : touched.requestIds()) {
        requests.put(requestId, reservationsOf(key, requestId));
      }
      for (OperationKey operation : touched.operations()) {
        RememberedOperation remembered = operation(key, operation);
        if (remembered != null) {
          operations.put(operation, remembered);
        }
      }
    }
    return new LoadedBooks(touched, repository, slots, requests, operations);
  }

  private @Nullable SlotHistory history(long repository, Slot slot) throws SQLException {
    byte[] slotKey = SlotKeys.encode(slot);
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + Rows.RESERVATION
                + " FROM reservations WHERE repository = ? AND slot_key = ?");
    query.setLong(1, repository);
    query.setBytes(2, slotKey);
    Reservation current = null;
    try (ResultSet row = query.executeQuery()) {
      if (row.next()) {
        current = Rows.reservation(row);
      }
    }
    PreparedStatement history =
        connection.prepared(
            "SELECT "
                + Rows.RELEASED
                + " FROM released WHERE repository = ? AND slot_key = ? ORDER BY generation");
    history.setLong(1, repository);
    history.setBytes(2, slotKey);
    List<Released> released = SqliteConnection.rows(history, Rows::released);
    return current == null && released.isEmpty() ? null : new SlotHistory(current, released);
  }

  private List<Reservation> reservationsOf(long repository, String requestId) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT "
                + Rows.RESERVATION
                + " FROM reservations WHERE repository = ? AND slot_key > ? AND slot_key < ?"
                + " ORDER BY slot_key");
    query.setLong(1, repository);
    query.setBytes(2, SlotKeys.encodeRequest(requestId));
    query.setBytes(3, SlotKeys.behindRequest(requestId));
    return SqliteConnection.rows(query, Rows::reservation);
  }

  private @Nullable RememberedOperation operation(long repository, OperationKey operation)
      throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT kind, released_count, bytes, revision FROM operations"
                + " WHERE repository = ? AND request_id = ? AND operation_id = ?");
    query.setLong(1, repository);
    query.setString(2, operation.requestId());
    query.setString(3, operation.operationId());
    List<RememberedOperation> found =
        SqliteConnection.rows(
            query,
            row ->
                new RememberedOperation(
                    operation,
                    RememberedOperation.Kind.ofNumber(row.getInt(1)),
                    row.getLong(2),
                    row.getLong(3),
                    row.getLong(4)));
    return found.isEmpty() ? null : found.get(0);
  }
}
