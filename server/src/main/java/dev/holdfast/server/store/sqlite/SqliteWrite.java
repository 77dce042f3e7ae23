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
 * Writes the changes of a batch, the third and central step of a batch. In one transaction, it
 * deletes the row of a released reservation, returns its bytes, and stores the result for a retry
 * with the event of the release. A recent reservation has no row; its event alone records the
 * release.
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

  /** The numbers of the written repositories. */
  private final Map<String, Long> numbers = new HashMap<>();

  /** Events that were written as one row, and their entries in the release index. */
  record Chunk(long chunk, List<Event> events, LongArrayList entries) {}

  SqliteWrite(
      SqliteConnection connection,
      SqliteReservations reservations,
      WriterCache cache,
      ReleaseIndex releaseIndex,
      long lastChunk) {
    this.connection = connection;
    this.reservations = reservations;
    this.cache = cache;
    this.releases = new SqlitePasts(connection, releaseIndex);
    this.entries = new ReleaseEntries(releaseIndex);
    this.lastChunk = lastChunk;
  }

  /** Returns the written chunks of events. */
  List<Chunk> chunks() {
    return chunks;
  }

  /** Returns the number of entries that are added to the release index. */
  int entryCount() {
    return entries.count();
  }

  /** Returns the position after the last written event, from the position before the first. */
  LogPosition end(LogPosition begin) {
    int eventCount = chunks.stream().mapToInt(chunk -> chunk.events().size()).sum();
    return new LogPosition(lastChunk, begin.eventCount() + eventCount);
  }

  /** Returns the number of a written repository. */
  long number(String repositoryId) {
    return requireNonNull(numbers.get(repositoryId));
  }

  /**
   * Writes the changes of a batch in a repository.
   *
   * @param pasts the loaded pasts of the repository's slots
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

  /** Writes the row of the repository if it changed, and returns its number. */
  private long repository(Delta delta) throws SQLException {
    Repository after = delta.after();
    RowMapper.RepositoryRow known = cache.repository(connection, after.id());
    long number =
        known == null
            ? connection.number("SELECT coalesce(max(repository), 0) + 1 FROM repositories")
            : known.number();
    if (known == null || !known.repository().equals(after)) {
      put(connection, new RowMapper.RepositoryRow(number, after));
    }
    return number;
  }

  /** Writes the row of a repository. */
  public static void put(SqliteConnection connection, RowMapper.RepositoryRow known)
      throws SQLException {
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

  /**
   * Loads missing pasts: the past of a slot that was found by its request is needed only if the
   * slot is released.
   */
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
    for (int from = 0; from < events.size(); from += EventPlace.EVENTS_PER_CHUNK) {
      int to = Math.min(events.size(), from + EventPlace.EVENTS_PER_CHUNK);
      List<Event> chunkEvents = events.subList(from, to);
      lastChunk++;
      LongArrayList added = entries.of(repository, lastChunk, chunkEvents, pasts);
      EventChunk.Contents contents =
          new EventChunk.Contents(
              EventCodec.encode(chunkEvents), ReleaseEntries.encode(chunkEvents, added));
      EventChunk.of(lastChunk, repository, chunkEvents, contents).set(insert, contents);
      insert.executeUpdate();
      chunks.add(new Chunk(lastChunk, chunkEvents, added));
    }
  }
}
