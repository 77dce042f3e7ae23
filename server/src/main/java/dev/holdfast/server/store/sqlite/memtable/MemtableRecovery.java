package dev.holdfast.server.store.sqlite.memtable;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.codec.EventCodec;
import dev.holdfast.server.store.codec.SlotKeys;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.rows.EventChunk;
import dev.holdfast.server.store.sqlite.rows.RepositoryIds;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Recovers the memtable by replaying the events after the recovery point, which are its WAL. */
final class MemtableRecovery {
  private final Map<RepositorySlot, MemtableEntry> recovered = new LinkedHashMap<>();

  private MemtableRecovery() {}

  static Memtable load(SqliteConnection connection, int capacity) throws SQLException {
    LogPosition start = new LogPosition(RecoveryPoint.read(connection), 0);
    MemtableRecovery recovery = new MemtableRecovery();
    LogPosition end = recovery.replay(connection, start);
    recovery.dropFlushed(connection);
    return new Memtable(
        capacity, recovery.recovered, start, end, RecoveryPoint.quietCommits(connection));
  }

  private LogPosition replay(SqliteConnection connection, LogPosition start) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            "SELECT " + EventChunk.COLUMNS + " FROM events WHERE chunk > ? ORDER BY chunk");
    query.setLong(1, start.chunk());
    LogPosition end = start;
    RepositoryIds ids = new RepositoryIds(connection);
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        EventChunk chunk = EventChunk.read(row, 1);
        List<Event> events = events(chunk, row);
        long repository = chunk.repository();
        String repositoryId = ids.of(repository);
        for (Event event : events) {
          replay(repository, repositoryId, end, event.change());
        }
        end = new LogPosition(chunk.chunk(), end.eventCount() + events.size());
      }
    }
    return end;
  }

  private static List<Event> events(EventChunk chunk, ResultSet row) throws SQLException {
    byte[] encoded = chunk.encoded(row);
    try {
      return EventCodec.decode(encoded, chunk.firstRevision(), chunk.micros());
    } catch (RuntimeException e) {
      throw StoreException.notApplied("cannot read chunk " + chunk.chunk() + " of events", e);
    }
  }

  private void replay(
      long repository, String repositoryId, LogPosition before, Change.Booked change) {
    if (change instanceof Change.SlotReserved reserved) {
      Reservation reservation = reserved.reservation();
      recovered.put(
          new RepositorySlot(repositoryId, reservation.slot()),
          new MemtableEntry(repository, reservation, before, 0));
    } else if (change instanceof Change.SlotFilled filled) {
      Reservation reservation = filled.reservation();
      recovered.computeIfPresent(
          new RepositorySlot(repositoryId, reservation.slot()),
          (owner, entry) -> new MemtableEntry(repository, reservation, entry.logStart(), 0));
    } else if (change instanceof Change.SlotReleased released) {
      recovered.remove(new RepositorySlot(repositoryId, released.released().reservation().slot()));
    }
  }

  /** Drops entries that have a row: the row is newer, because no event contains a renewed lease. */
  private void dropFlushed(SqliteConnection connection) throws SQLException {
    PreparedStatement query =
        connection.prepared("SELECT 1 FROM reservations WHERE repository = ? AND slot_key = ?");
    List<RepositorySlot> sorted = new ArrayList<>(recovered.keySet());
    Collections.sort(sorted);
    for (RepositorySlot owner : sorted) {
      query.setLong(1, Objects.requireNonNull(recovered.get(owner)).repository());
      query.setBytes(2, SlotKeys.encode(owner.slot()));
      if (!SqliteConnection.rows(query, row -> row.getLong(1)).isEmpty()) {
        recovered.remove(owner);
      }
    }
  }
}
