package dev.holdfast.server.store.postgresql.rows;

import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The remembered operations that do not belong to a slot. */
public final class OperationRows {
  private OperationRows() {}

  /** Adds the load of some operations. */
  public static void load(
      Flight flight,
      String repositoryId,
      Collection<OperationKey> wanted,
      Consumer<RememberedOperation> found) {
    List<OperationKey> keys = List.copyOf(wanted);
    flight.query(
        "SELECT k.n, kind, released_count, bytes, revision, slot_index, generation, asked"
            + " FROM unnest(?::text[], ?::text[]) WITH ORDINALITY"
            + " AS k (request_id, operation_id, n) JOIN operations o ON o.repository_id = ?"
            + " AND o.request_id = k.request_id AND o.operation_id = k.operation_id",
        row -> found.accept(operation(row, keys.get(row.getInt(1) - 1))),
        keys.stream().map(OperationKey::requestId).toArray(String[]::new),
        keys.stream().map(OperationKey::operationId).toArray(String[]::new),
        repositoryId);
  }

  /** Visits all operations of a repository. Must be called in a snapshot. */
  public static void visit(
      Session session, String repositoryId, Consumer<RememberedOperation> visitor)
      throws SQLException {
    session.stream(
        "SELECT 0, kind, released_count, bytes, revision, slot_index, generation, asked,"
            + " request_id, operation_id FROM operations WHERE repository_id = ?",
        row ->
            visitor.accept(operation(row, new OperationKey(row.getString(9), row.getString(10)))),
        repositoryId);
  }

  private static RememberedOperation operation(ResultSet row, OperationKey key)
      throws SQLException {
    @Nullable String asked = row.getString(8);
    return new RememberedOperation(
        key,
        RememberedOperation.Kind.ofNumber(row.getInt(2)),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        asked == null
            ? null
            : new RememberedOperation.Sale(
                new Slot(key.requestId(), row.getLong(6)), row.getLong(7), asked));
  }

  /** Adds the writes of operations. */
  public static void write(
      Flight flight, String repositoryId, List<RememberedOperation> operations) {
    List<@Nullable Object[]> rows = new ArrayList<>();
    for (RememberedOperation operation : operations) {
      RememberedOperation.Sale sale = operation.sale();
      rows.add(
          new @Nullable Object[] {
            repositoryId,
            operation.key().requestId(),
            operation.key().operationId(),
            operation.kind().number(),
            operation.count(),
            operation.bytes(),
            operation.revision(),
            sale == null ? null : (Long) sale.slot().slotIndex(),
            sale == null ? null : (Long) sale.generation(),
            sale == null ? null : sale.asked()
          });
    }
    flight.insert(
        "INSERT INTO operations (repository_id, request_id, operation_id, kind, released_count,"
            + " bytes, revision, slot_index, generation, asked)",
        "(?, ?, ?, ?, ?, ?, ?, ?::bigint, ?::bigint, ?::text)",
        "ON CONFLICT (repository_id, request_id, operation_id) DO UPDATE SET kind = excluded.kind,"
            + " released_count = excluded.released_count, bytes = excluded.bytes,"
            + " revision = excluded.revision, slot_index = excluded.slot_index,"
            + " generation = excluded.generation, asked = excluded.asked",
        rows);
  }

  /** Adds the deletion of the operations up to a revision, but sales. */
  public static void purge(Flight flight, String repositoryId, long lastRevision) {
    flight.add(
        "DELETE FROM operations WHERE repository_id = ? AND revision <= ? AND kind <> ?",
        repositoryId,
        lastRevision,
        RememberedOperation.Kind.SELL_SLOT.number());
  }

  /**
   * Adds the deletion of the sales of some reservations. The revision of a sale is the generation
   * of its reservation.
   */
  public static void purgeSales(Flight flight, String repositoryId, long[] generations) {
    flight.add(
        "DELETE FROM operations WHERE repository_id = ? AND revision = ANY (?) AND kind = ?",
        repositoryId,
        generations,
        RememberedOperation.Kind.SELL_SLOT.number());
  }
}
