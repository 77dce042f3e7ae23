package dev.holdfast.server.store.sqlite;

import static java.util.Objects.requireNonNull;

import com.carrotsearch.hppc.LongArrayList;
import dev.holdfast.server.ledger.books.Delta;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.store.EventLog;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The third step of a batch, and the heart of it: in the one transaction a released reservation's
 * row is deleted, its bytes are given back, and what a retry needs to get the same answer is kept
 * with the event that tells of it. Where it was too young to have a row, that event is what deletes
 * it.
 */
final class SqliteWrite {
  private final SqliteConnection connection;
  private final SqliteReservations reservations;
  private final BooksCache cache;
  private final SqlitePasts releases;
  private final ReleaseEntries entries;

  /** The number of the last chunk of events that was written. */
  private long lastChunk;

  private final List<Chunk> chunks = new ArrayList<>();

  /** The short names of the repositories that were written. */
  private final Map<String, Long> numbers = new HashMap<>();

  /** Some events that were written as one row, and what they add to the index of releases. */
  record Chunk(long chunk, List<Event> events, LongArrayList entries) {}

  SqliteWrite(
      SqliteConnection connection,
      SqliteReservations reservations,
      BooksCache cache,
      HistoryIndex history,
      long lastChunk) {
    this.connection = connection;
    this.reservations = reservations;
    this.cache = cache;
    this.releases = new SqlitePasts(connection, history);
    this.entries = new ReleaseEntries(history);
    this.lastChunk = lastChunk;
  }

  /** All events that were written. */
  List<Chunk> chunks() {
    return chunks;
  }

  /** How many entries are added to the index of releases. */
  int entryCount() {
    return entries.count();
  }

  /** Behind the last event that was written, where they began here. */
  YoungReservations.Mark end(YoungReservations.Mark begin) {
    int told = chunks.stream().mapToInt(chunk -> chunk.events().size()).sum();
    return new YoungReservations.Mark(lastChunk, begin.told() + told);
  }

  /** The short name of a repository that was written. */
  long number(String repositoryId) {
    return requireNonNull(numbers.get(repositoryId));
  }

  /**
   * Writes what a batch altered in a repository.
   *
   * @param pasts what was loaded of the past of its slots
   */
  void write(Delta delta, SlotPasts pasts) throws SQLException {
    long repository = repository(delta);
    numbers.put(delta.after().id(), repository);
    reservations.write(repository, delta, pasts);
    new SqliteOffers(connection).write(repository, delta.offers());
    operations(repository, delta.operations());
    loadMissing(repository, delta, pasts);
    events(repository, delta, pasts);
    SqliteKeys.write(connection, repository, delta.keys());
  }

  /** Its row is written where more than the sums was altered: those stand with the events. */
  private long repository(Delta delta) throws SQLException {
    Repository after = delta.after();
    BooksCache.Known known = cache.repository(connection, after.id());
    if (known == null) {
      return insert(after);
    }
    if (!onlySumsDiffer(known.repository(), after)) {
      update(known.number(), after);
    }
    return known.number();
  }

  private static boolean onlySumsDiffer(Repository before, Repository after) {
    return before.capacityBytes() == after.capacityBytes()
        && before.createMicros() == after.createMicros()
        && before.deleted() == after.deleted();
  }

  private void update(long number, Repository repository) throws SQLException {
    PreparedStatement update =
        connection.prepared(
            "UPDATE repositories SET ("
                + Rows.REPOSITORY_VALUES
                + ") = (?, ?, ?, ?, ?, ?, ?, ?) WHERE repository = ?");
    Rows.set(update, repository);
    update.setLong(9, number);
    update.executeUpdate();
  }

  private long insert(Repository repository) throws SQLException {
    PreparedStatement insert =
        connection.prepared(
            "INSERT INTO repositories ("
                + Rows.REPOSITORY_VALUES
                + ", repository_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING repository");
    Rows.set(insert, repository);
    insert.setString(9, repository.id());
    try (ResultSet row = insert.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  private void operations(long repository, List<RememberedOperation> operations)
      throws SQLException {
    PreparedStatement insert =
        connection.prepared(
            "INSERT OR REPLACE INTO operations (repository, request_id, operation_id, kind,"
                + " released_count, bytes, revision, slot_index, generation, asked) VALUES (?, ?,"
                + " ?, ?, ?, ?, ?, ?, ?, ?)");
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

  /** Of slots that were found by their request the past is needed only where they are released. */
  private void loadMissing(long repository, Delta delta, SlotPasts pasts) throws SQLException {
    Set<Slot> missing = new LinkedHashSet<>();
    for (Released released : delta.released()) {
      Slot slot = released.reservation().slot();
      if (!pasts.isLoaded(slot)) {
        missing.add(slot);
      }
    }
    releases.loadLatest(repository, missing, pasts);
  }

  private void events(long repository, Delta delta, SlotPasts pasts) throws SQLException {
    PreparedStatement insert =
        connection.prepared(
            "INSERT INTO events (chunk, repository, first_revision, last_revision, micros, events,"
                + " reserved_bytes, unassigned_bytes, reservation_count, index_entries)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    List<Event> events = delta.events();
    for (int from = 0; from < events.size(); from += ReleaseEntry.EVENTS_A_CHUNK) {
      int to = Math.min(events.size(), from + ReleaseEntry.EVENTS_A_CHUNK);
      List<Event> some = events.subList(from, to);
      lastChunk++;
      LongArrayList added = entries.of(repository, lastChunk, some, pasts);
      insert.setLong(1, lastChunk);
      insert.setLong(2, repository);
      insert.setLong(3, some.get(0).revision());
      insert.setLong(4, some.get(some.size() - 1).revision());
      insert.setLong(5, some.get(0).micros());
      insert.setBytes(6, EventLog.encode(some));
      if (from + some.size() == events.size()) {
        insert.setLong(7, delta.after().reservedBytes());
        insert.setLong(8, delta.after().unassignedBytes());
        insert.setLong(9, delta.after().reservationCount());
      } else {
        insert.setNull(7, Types.INTEGER);
        insert.setNull(8, Types.INTEGER);
        insert.setNull(9, Types.INTEGER);
      }
      insert.setBytes(10, ReleaseEntries.encode(some, added));
      insert.executeUpdate();
      chunks.add(new Chunk(lastChunk, some, added));
    }
  }
}
