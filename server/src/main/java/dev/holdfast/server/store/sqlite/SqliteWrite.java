package dev.holdfast.server.store.sqlite;

import static java.util.Objects.requireNonNull;

import com.carrotsearch.hppc.LongArrayList;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.store.codec.EventCodec;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.memtable.LogPosition;
import dev.holdfast.server.store.sqlite.releases.ReleaseEntries;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import dev.holdfast.server.store.sqlite.releases.SlotPasts;
import dev.holdfast.server.store.sqlite.releases.SqlitePasts;
import dev.holdfast.server.store.sqlite.rows.EventChunk;
import dev.holdfast.server.store.sqlite.rows.EventPlace;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import dev.holdfast.server.store.sqlite.rows.SqliteKeys;
import dev.holdfast.server.store.sqlite.rows.SqliteOffers;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The third step of a batch, and the heart of it: in the one transaction a released reservation's
 * row is deleted, its bytes are given back, and what a retry needs to get the same answer is kept
 * with the event that tells of it. Where it was too recent to have a row, that event is what
 * deletes it.
 */
public final class SqliteWrite {
  private final SqliteConnection connection;
  private final SqliteReservations reservations;
  private final WriterCache cache;
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
      WriterCache cache,
      ReleaseIndex history,
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
  LogPosition end(LogPosition begin) {
    int told = chunks.stream().mapToInt(chunk -> chunk.events().size()).sum();
    return new LogPosition(lastChunk, begin.eventCount() + told);
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

  /** Writes the row of the repository where it changed, and returns its number. */
  private long repository(Delta delta) throws SQLException {
    Repository after = delta.after();
    RowMapper.Known known = cache.repository(connection, after.id());
    long number =
        known == null
            ? connection.number("SELECT coalesce(max(repository), 0) + 1 FROM repositories")
            : known.number();
    if (known == null || !known.repository().equals(after)) {
      put(connection, new RowMapper.Known(number, after));
    }
    return number;
  }

  /** Writes the row of a repository. */
  public static void put(SqliteConnection connection, RowMapper.Known known) throws SQLException {
    PreparedStatement put =
        connection.prepared(
            "INSERT OR REPLACE INTO repositories ("
                + RowMapper.REPOSITORY
                + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    RowMapper.set(put, known);
    put.executeUpdate();
  }

  private void operations(long repository, List<RememberedOperation> operations)
      throws SQLException {
    PreparedStatement insert =
        connection.prepared(
            "INSERT OR REPLACE INTO operations ("
                + RowMapper.OPERATION
                + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (RememberedOperation operation : operations) {
      RowMapper.set(insert, repository, operation);
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
    PreparedStatement insert = connection.prepared(EventChunk.INSERT);
    List<Event> events = delta.events();
    for (int from = 0; from < events.size(); from += EventPlace.EVENTS_A_CHUNK) {
      int to = Math.min(events.size(), from + EventPlace.EVENTS_A_CHUNK);
      List<Event> some = events.subList(from, to);
      lastChunk++;
      LongArrayList added = entries.of(repository, lastChunk, some, pasts);
      EventChunk.Contents contents =
          new EventChunk.Contents(EventCodec.encode(some), ReleaseEntries.encode(some, added));
      EventChunk.of(lastChunk, repository, some, contents).set(insert, contents);
      insert.executeUpdate();
      chunks.add(new Chunk(lastChunk, some, added));
    }
  }
}
