package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.connection.SqlErrors;
import dev.holdfast.server.store.postgresql.connection.SqlTexts;
import dev.holdfast.server.store.postgresql.rows.BatchRows;
import dev.holdfast.server.store.postgresql.rows.EntryRows;
import dev.holdfast.server.store.postgresql.rows.EventRows;
import dev.holdfast.server.store.postgresql.rows.OfferRows;
import dev.holdfast.server.store.postgresql.rows.OperationRows;
import dev.holdfast.server.store.postgresql.rows.ReleaseRows;
import dev.holdfast.server.store.postgresql.rows.RepositoryRows;
import dev.holdfast.server.store.postgresql.rows.ReservationRows;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A transaction on one repository. The first flight locks the repository and loads; the statements
 * after the lock see everything that was committed before the lock was granted. The last flight
 * writes and commits.
 */
final class PostgresTransaction implements LedgerStore.Transaction {
  private static final String CLOCK =
      "SELECT "
          + SqlTexts.NOW
          + ", (SELECT first_revision FROM ledger), (SELECT coalesce(max(note), 0) FROM served_notes), "
          + MovedLedger.MARK;

  private final Session session;
  private final PostgresSettings settings;
  private final EngineClock clock;
  private final String repositoryId;

  /** The slots whose past was loaded. */
  private final Set<Slot> loadedSlots = new HashSet<>();

  private final List<Delta> deltas = new ArrayList<>();
  private boolean begun;
  private boolean ended;
  private RepositoryRows.@Nullable Locked locked;
  private long engineMicros;
  private long firstRevision;
  private long lastNote;
  private String movedTo = "";

  PostgresTransaction(
      Session session, PostgresSettings settings, EngineClock clock, String repositoryId) {
    this.session = session;
    this.settings = settings;
    this.clock = clock;
    this.repositoryId = repositoryId;
  }

  @Override
  public Loaded load(ReadSet reads, long nowMicros) {
    requireOwn(reads.repositoryId());
    PostgresLoad load = new PostgresLoad(reads);
    try {
      boolean first = !begun;
      Flight flight = first ? beginning() : session.flight();
      load.add(flight);
      if (!flight.isEmpty()) {
        flight.run();
      }
      MovedLedger.requireHere(movedTo);
      if (first) {
        clock.observe(engineMicros);
      }
      RepositoryRows.Locked found = locked;
      if (found == null) {
        return new Loaded(PostgresLoad.none(reads, firstRevision), engineMicros);
      }
      load.loadRest(session);
      loadedSlots.addAll(reads.slots());
      return new Loaded(
          load.books(found.repository(), found.lastVersion()),
          Math.max(engineMicros, found.repository().updateMicros()));
    } catch (SQLException e) {
      throw failed("load", e);
    }
  }

  private void requireOwn(String id) {
    if (!id.equals(repositoryId)) {
      throw new IllegalArgumentException(
          "the transaction is one of repository " + repositoryId + ", not of " + id);
    }
  }

  /** Returns a flight that begins the transaction and locks the repository. */
  private Flight beginning() {
    begun = true;
    return session
        .begin(settings)
        .query(RepositoryRows.LOCK, row -> locked = RepositoryRows.locked(row), repositoryId)
        .query(
            CLOCK,
            row -> {
              engineMicros = row.getLong(1);
              firstRevision = row.getLong(2);
              lastNote = row.getLong(3);
              movedTo = row.getString(4);
            });
  }

  @Override
  public int reservationCount(String ofRepository, String requestId, int limit) {
    requireOwn(ofRepository);
    int[] count = new int[1];
    try {
      Flight flight = begun ? session.flight() : beginning();
      ReservationRows.count(flight, repositoryId, requestId, limit, found -> count[0] = found);
      flight.run();
    } catch (SQLException e) {
      throw failed("count the reservations of a request", e);
    }
    return count[0];
  }

  @Override
  public void write(Delta delta) {
    requireOwn(delta.after().id());
    deltas.add(delta);
  }

  @Override
  public void commit(BatchId batchId) {
    if (deltas.isEmpty()) {
      return;
    }
    try {
      if (locked == null) {
        lockNew();
      }
      Flight flight = session.flight();
      deltas.forEach(delta -> addWrites(flight, delta));
      BatchRows.write(flight, repositoryId, batchId);
      flight.add(SqlTexts.UNBOUNDED_COMMIT).add(SqlTexts.COMMIT);
      run(flight);
    } catch (SQLException e) {
      throw failed("make the repository", e);
    }
  }

  /**
   * Commits the lock alone. An earlier commit that was loaded may be on this server alone; the wait
   * for a synchronous standby covers both.
   */
  @Override
  public void confirm() {
    if (begun) {
      run(session.flight().add(SqlTexts.UNBOUNDED_COMMIT).add(SqlTexts.COMMIT));
    }
  }

  /**
   * Inserts the row of a new repository before the last flight, because it is its lock: whoever
   * asks for the outcome of the commit waits for it. Fails if another server was faster.
   */
  private void lockNew() throws SQLException {
    RepositoryRows.insertBlank(session, repositoryId, firstRevision);
    locked = RepositoryRows.blank(repositoryId, firstRevision);
  }

  private void addWrites(Flight flight, Delta delta) {
    long lastVersion =
        locked == null
            ? delta.keys().lastVersion()
            : Math.max(locked.lastVersion(), delta.keys().lastVersion());
    RepositoryRows.write(flight, delta, lastVersion);
    ReservationRows.write(flight, delta);
    ReleaseRows.write(flight, delta, loadedSlots);
    OfferRows.write(flight, repositoryId, delta.offers());
    OperationRows.write(flight, repositoryId, delta.operations());
    EventRows.write(flight, repositoryId, delta.events(), lastNote);
    EntryRows.write(flight, repositoryId, delta.keys());
  }

  private void run(Flight flight) {
    try {
      flight.run();
      ended = true;
    } catch (SQLException e) {
      evictIfBroken(e);
      throw SqlErrors.duringCommit("commit", e);
    }
  }

  private StoreException failed(String action, SQLException error) {
    evictIfBroken(error);
    return SqlErrors.beforeCommit(action, error);
  }

  private void evictIfBroken(SQLException error) {
    if (SqlErrors.breaksConnection(error)) {
      ended = true;
      session.evict();
    }
  }

  @Override
  public void close() {
    if (begun && !ended) {
      session.rollBack();
    }
    session.close();
  }
}
