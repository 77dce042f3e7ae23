package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.engine.StoreException;
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
 * Recounts everything in the file on one snapshot, without the state in memory, and checks every
 * row, one at a time. The connection is closed afterwards.
 */
public final class SqliteRecount {
  /** The largest number of damaged rows that are described; further rows are only counted. */
  private static final int LARGEST_PROBLEM_COUNT = 100;

  private final SqliteConnection connection;
  private final List<Recount.Problem> problems = new ArrayList<>();
  private long furtherProblems;

  private long bytes;
  private long reservations;
  private long newest;
  private final Map<String, Recount.Sold> sold = new TreeMap<>();

  private SqliteRecount(SqliteConnection connection) {
    this.connection = connection;
  }

  /**
   * Recounts an existing repository.
   *
   * @param withIndex whether to check the release index too, which all repositories share
   */
  static Optional<Recount> recount(
      SqliteConnection connection, int memtableCapacity, String repositoryId, boolean withIndex)
      throws SQLException {
    connection.prepared("BEGIN").execute();
    SqliteRecount recount = new SqliteRecount(connection);
    RowMapper.RepositoryRow known = recount.known(repositoryId);
    return known == null
        ? Optional.empty()
        : Optional.of(recount.of(known, memtableCapacity, withIndex));
  }

  /** Checks all rows that belong to no existing repository, and returns the damaged ones. */
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

  /**
   * Returns the stored state of the repository, even if its row is damaged; null if there is none.
   */
  private RowMapper.@Nullable RepositoryRow known(String repositoryId) throws SQLException {
    PreparedStatement query =
        connection.prepared(RowMapper.REPOSITORIES + " WHERE repository_id = ? AND deleted = 0");
    query.setString(1, repositoryId);
    try (ResultSet row = query.executeQuery()) {
      if (!row.next()) {
        return null;
      }
      RowMapper.RepositoryRow known = RowMapper.unchecked(row);
      attempt(() -> RowMapper.check(known, row));
      return known;
    }
  }

  private Recount of(RowMapper.RepositoryRow known, int memtableCapacity, boolean withIndex)
      throws SQLException {
    for (Reservation reservation : recent(memtableCapacity, known.repository().id())) {
      count(reservation);
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
    attempt(this::lostEvents);
    attempt(() -> LedgerRow.read(connection));
    each("SELECT " + ServedTime.TIME + " FROM served WHERE rowid > ?", -1, ServedTime::time);
    each(
        "SELECT " + ServedTime.NOTE + " FROM served_notes WHERE served_micros > ?",
        -1,
        ServedTime::check);
    sold.values().removeIf(offer -> offer.recordedBytes() == 0 && offer.countedBytes() == 0);
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
    if (furtherProblems > 0) {
      problems.add(new Recount.Problem("further damaged rows", 0, furtherProblems));
    }
    return problems;
  }

  private void index() throws SQLException {
    eventIndex();
    IndexCheck.each(this::attempt, connection);
  }

  private void rows(String where, long number, RowCheck reservation, RowCheck offer)
      throws SQLException {
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

  /**
   * Checks the events of a repository in the order of their index, which must be complete up to the
   * repository's revision.
   */
  private void events(RowMapper.RepositoryRow known) throws SQLException {
    long[] gapEnd = {0};
    attempt(() -> gapEnd[0] = RevisionGaps.end(connection, known.number()));
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
      attempt(() -> EventChunk.requireNoneHidden(reached[0], known.repository().revision()));
    }
  }

  /**
   * Requires that the index of the events is complete, because lookups find only indexed events.
   */
  private void eventIndex() throws SQLException {
    long rows = connection.number("SELECT count(*) FROM events NOT INDEXED");
    long indexed =
        connection.number(
            "SELECT count(*) FROM events INDEXED BY events_by_revision WHERE repository > 0");
    if (rows != indexed) {
      problems.add(
          new Recount.Problem("rows of events, and indexed rows of events", rows, indexed));
    }
  }

  private void count(Reservation reservation) {
    bytes += reservation.amountBytes();
    reservations++;
    newest = Math.max(newest, Math.max(reservation.generation(), reservation.fill().revision()));
    if (!reservation.offerId().isEmpty()) {
      sell(reservation.offerId(), 0, reservation.amountBytes());
    }
  }

  private void sell(String offerId, long recordedBytes, long countedBytes) {
    sold.merge(
        offerId,
        new Recount.Sold(offerId, recordedBytes, countedBytes),
        (first, second) ->
            new Recount.Sold(
                offerId,
                first.recordedBytes() + second.recordedBytes(),
                first.countedBytes() + second.countedBytes()));
  }

  /** Returns the recent reservations of a repository; none if their events are damaged. */
  private List<Reservation> recent(int memtableCapacity, String repositoryId) throws SQLException {
    List<Reservation> found = new ArrayList<>();
    attempt(
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

  /**
   * Requires the last events: other tables record how far the events reached, after a clean
   * shutdown exactly.
   */
  private void lostEvents() throws SQLException {
    long known =
        Math.max(
            RecoveryPoint.read(connection),
            connection.number(
                "SELECT coalesce(max(last_chunk), 0) FROM release_runs WHERE in_use"));
    long last = connection.number("SELECT max(chunk) FROM events");
    boolean empty = connection.number("SELECT count(*) FROM (SELECT 1 FROM events LIMIT 1)") == 0;
    if (!empty && last < known) {
      problems.add(new Recount.Problem("last chunk of events", known, last));
    }
  }

  /** Checks a row. */
  interface RowCheck {
    void accept(ResultSet row) throws SQLException;
  }

  private void each(String sql, long number, RowCheck check) throws SQLException {
    PreparedStatement query = connection.prepared(sql);
    query.setLong(1, number);
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        attempt(() -> check.accept(row));
      }
    }
  }

  private void attempt(IndexCheck.Work work) throws SQLException {
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
    if (problems.size() < LARGEST_PROBLEM_COUNT) {
      problems.add(problem);
    } else {
      furtherProblems++;
    }
  }
}
