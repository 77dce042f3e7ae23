package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.Recount;
import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.memtable.Memtable;
import dev.holdfast.server.store.sqlite.memtable.RecoveryPoint;
import dev.holdfast.server.store.sqlite.releases.IndexCheck;
import dev.holdfast.server.store.sqlite.rows.EventChunk;
import dev.holdfast.server.store.sqlite.rows.LedgerRow;
import dev.holdfast.server.store.sqlite.rows.RevisionGaps;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import dev.holdfast.server.store.sqlite.rows.ServedTime;
import dev.holdfast.server.store.sqlite.rows.SqliteEvents;
import dev.holdfast.server.store.sqlite.rows.SqliteKeys;
import dev.holdfast.server.store.sqlite.rows.SqliteOffers;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Counts everything that the file says, and nothing of what is in memory, on one snapshot, and
 * looks at every row of it, one at a time. For a connection that is closed afterwards.
 */
public final class SqliteRecount {
  /** So many damaged rows are named; of the others only their number is told. */
  private static final int NAMED = 100;

  private final SqliteConnection connection;
  private final List<Recount.Problem> problems = new ArrayList<>();
  private long unnamed;

  private long bytes;
  private long reservations;
  private long newest;
  private final Map<String, Recount.Sold> sold = new TreeMap<>();

  private SqliteRecount(SqliteConnection connection) {
    this.connection = connection;
  }

  /**
   * Recounts a repository that exists.
   *
   * @param withIndex whether to look at the index of releases too, which all repositories share
   */
  static Optional<Recount> recount(
      SqliteConnection connection, int memtableCapacity, String repositoryId, boolean withIndex)
      throws SQLException {
    connection.prepared("BEGIN").execute();
    SqliteRecount recount = new SqliteRecount(connection);
    RowMapper.Known known = recount.known(repositoryId);
    return known == null
        ? Optional.empty()
        : Optional.of(recount.of(known, memtableCapacity, withIndex));
  }

  /** What is damaged of all that belongs to no repository that exists. */
  static List<Recount.Problem> rest(SqliteConnection connection) throws SQLException {
    connection.prepared("BEGIN").execute();
    SqliteRecount recount = new SqliteRecount(connection);
    recount.each(
        "SELECT " + RowMapper.REPOSITORY + " FROM repositories WHERE deleted <> ?",
        0,
        RowMapper::repository);
    recount.rows(
        "repository NOT IN (SELECT repository FROM repositories WHERE deleted = ?)",
        0,
        RowMapper::reservation,
        SqliteOffers::row);
    recount.each(
        "SELECT "
            + EventChunk.COLUMNS
            + " FROM events WHERE repository NOT IN"
            + " (SELECT repository FROM repositories WHERE deleted = ?)",
        0,
        EventChunk::checkAll);
    recount.index();
    return recount.problems();
  }

  /** The repository as it is recorded, also where that is damaged; null where there is none. */
  private RowMapper.@Nullable Known known(String repositoryId) throws SQLException {
    PreparedStatement query =
        connection.prepared(RowMapper.REPOSITORIES + " WHERE repository_id = ? AND deleted = 0");
    query.setString(1, repositoryId);
    try (ResultSet row = query.executeQuery()) {
      if (!row.next()) {
        return null;
      }
      RowMapper.Known known = RowMapper.unchecked(row);
      tryTo(() -> RowMapper.check(known, row));
      return known;
    }
  }

  private Recount of(RowMapper.Known known, int memtableCapacity, boolean withIndex)
      throws SQLException {
    for (Reservation one : recent(memtableCapacity, known.repository().id())) {
      count(one);
    }
    rows(
        "repository = ?",
        known.number(),
        row -> count(RowMapper.reservation(row)),
        row -> {
          SqliteOffers.Row offer = SqliteOffers.row(row);
          sell(offer.offerId(), offer.soldBytes(), 0);
        });
    events(known);
    Event lastEvent = lastEvent(known.number());
    if (withIndex) {
      index();
    }
    tryTo(this::lostEvents);
    tryTo(() -> LedgerRow.read(connection));
    each("SELECT " + ServedTime.TIME + " FROM served WHERE rowid > ?", -1, ServedTime::time);
    each(
        "SELECT " + ServedTime.NOTE + " FROM served_notes WHERE served_micros > ?",
        -1,
        ServedTime::check);
    sold.values().removeIf(one -> one.recordedBytes() == 0 && one.countedBytes() == 0);
    return new Recount(
        known.repository(),
        bytes,
        reservations,
        newest,
        lastEvent,
        problems(),
        List.copyOf(sold.values()));
  }

  private List<Recount.Problem> problems() {
    if (unnamed > 0) {
      problems.add(new Recount.Problem("further damaged rows", 0, unnamed));
    }
    return problems;
  }

  private void index() throws SQLException {
    eventIndex();
    IndexCheck.each(this::tryTo, connection);
  }

  private void rows(String where, long number, Look reservation, Look offer) throws SQLException {
    each(
        "SELECT " + RowMapper.RESERVATION + " FROM reservations WHERE " + where,
        number,
        reservation);
    each("SELECT " + SqliteOffers.COLUMNS + " FROM offers WHERE " + where, number, offer);
    each(
        "SELECT " + RowMapper.OPERATION + " FROM operations WHERE " + where,
        number,
        RowMapper::operation);
    each("SELECT " + SqliteKeys.ENTRY + " FROM entries WHERE " + where, number, SqliteKeys::entry);
    each(
        "SELECT " + SqliteKeys.VERSION + " FROM entry_versions WHERE " + where,
        number,
        SqliteKeys::version);
    each(
        "SELECT " + RevisionGaps.COLUMNS + " FROM gaps WHERE " + where,
        number,
        RevisionGaps::checked);
  }

  /** Along the way on which they are looked for, none may be missing up to the last of them. */
  private void events(RowMapper.Known known) throws SQLException {
    long[] gapEnd = {0};
    tryTo(() -> gapEnd[0] = RevisionGaps.end(connection, known.number()));
    long[] reached = {-1};
    each(
        "SELECT " + EventChunk.COLUMNS + " FROM events WHERE repository = ? ORDER BY last_revision",
        known.number(),
        row -> {
          EventChunk chunk = EventChunk.unchecked(row, 1);
          long before = reached[0];
          reached[0] = chunk.lastRevision();
          EventChunk.checkAll(row);
          if (before >= 0 && chunk.firstRevision() != gapEnd[0]) {
            EventChunk.requireNoneHidden(before, chunk.firstRevision() - 1);
          }
        });
    if (reached[0] >= 0) {
      tryTo(() -> EventChunk.requireNoneHidden(reached[0], known.repository().revision()));
    }
  }

  /** Who looks for events finds none that their index does not lead to. */
  private void eventIndex() throws SQLException {
    long rows = connection.number("SELECT count(*) FROM events NOT INDEXED");
    long indexed =
        connection.number(
            "SELECT count(*) FROM events INDEXED BY events_by_revision WHERE repository > 0");
    if (rows != indexed) {
      problems.add(new Recount.Problem("rows of events, and those in their index", rows, indexed));
    }
  }

  private void count(Reservation one) {
    bytes += one.amountBytes();
    reservations++;
    newest = Math.max(newest, Math.max(one.generation(), one.fill().revision()));
    if (!one.offerId().isEmpty()) {
      sell(one.offerId(), 0, one.amountBytes());
    }
  }

  private void sell(String offerId, long recordedBytes, long countedBytes) {
    sold.merge(
        offerId,
        new Recount.Sold(offerId, recordedBytes, countedBytes),
        (one, other) ->
            new Recount.Sold(
                offerId,
                one.recordedBytes() + other.recordedBytes(),
                one.countedBytes() + other.countedBytes()));
  }

  /** The recent ones of a repository; none where the events that tell of them are damaged. */
  private List<Reservation> recent(int memtableCapacity, String repositoryId) throws SQLException {
    List<Reservation> found = new ArrayList<>();
    tryTo(
        () ->
            found.addAll(
                Memtable.recover(connection, memtableCapacity)
                    .recent()
                    .ofRepository(repositoryId)));
    return found;
  }

  private @Nullable Event lastEvent(long repository) throws SQLException {
    try {
      return new SqliteEvents(connection).last(repository);
    } catch (StoreException e) {
      add(e);
      return null;
    }
  }

  /** Others know how far the events reached, at a good end the last of them. */
  private void lostEvents() throws SQLException {
    long known =
        Math.max(
            RecoveryPoint.read(connection),
            connection.number(
                "SELECT coalesce(max(last_chunk), 0) FROM history_runs WHERE in_use"));
    long last = connection.number("SELECT max(chunk) FROM events");
    boolean none = connection.number("SELECT count(*) FROM (SELECT 1 FROM events LIMIT 1)") == 0;
    if (!none && last < known) {
      problems.add(new Recount.Problem("last chunk of events", known, last));
    }
  }

  /** Looks at a row. */
  interface Look {
    void at(ResultSet row) throws SQLException;
  }

  private void each(String sql, long number, Look look) throws SQLException {
    PreparedStatement query = connection.prepared(sql);
    query.setLong(1, number);
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        tryTo(() -> look.at(row));
      }
    }
  }

  private void tryTo(IndexCheck.Work work) throws SQLException {
    try {
      work.run();
    } catch (StoreException e) {
      add(e);
    }
  }

  private void add(StoreException e) {
    StoreException.Damage damage = e.damage();
    if (damage == null) {
      throw e;
    }
    Recount.Problem problem =
        new Recount.Problem(damage.subject(), damage.stored(), damage.computed());
    if (problems.contains(problem)) {
      return;
    }
    if (problems.size() < NAMED) {
      problems.add(problem);
    } else {
      unnamed++;
    }
  }
}
