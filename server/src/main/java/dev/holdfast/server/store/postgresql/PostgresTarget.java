package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.store.move.LedgerContents;
import dev.holdfast.server.store.move.LedgerTarget;
import dev.holdfast.server.store.move.MoveException;
import dev.holdfast.server.store.move.RepositoryPart;
import dev.holdfast.server.store.move.StoredRepository;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.connection.SqlErrors;
import dev.holdfast.server.store.postgresql.rows.EntryRows;
import dev.holdfast.server.store.postgresql.rows.EventRows;
import dev.holdfast.server.store.postgresql.rows.OfferRows;
import dev.holdfast.server.store.postgresql.rows.OperationRows;
import dev.holdfast.server.store.postgresql.rows.ReleaseRows;
import dev.holdfast.server.store.postgresql.rows.RepositoryRows;
import dev.holdfast.server.store.postgresql.rows.ReservationRows;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A database without a ledger, which gets one in a single transaction: either all of it is there
 * afterwards, or nothing.
 */
public final class PostgresTarget extends LedgerTarget {
  static final String ANY_REPOSITORY = "SELECT 1 FROM repositories LIMIT 1";

  private static final int ROWS_PER_FLIGHT = 1024;

  private final PostgresStore store;
  private final Session session;
  private @Nullable Flight flight;
  private long rows;
  private long lastNote;
  private long firstRevision;
  private long servedMicros;

  private PostgresTarget(PostgresStore store, Session session) {
    this.store = store;
    this.session = session;
  }

  /**
   * Begins a ledger; creates the tables first if they are missing.
   *
   * @throws MoveException if there is a ledger already
   * @throws StoreException if the database cannot be used, or a server uses it
   */
  public static PostgresTarget open(PostgresSettings settings) {
    return PostgresStore.handOver(PostgresStore.open(settings), PostgresTarget::open);
  }

  static PostgresTarget open(PostgresStore store) {
    try {
      Session session = store.alone();
      try {
        if (!session.list(ANY_REPOSITORY, row -> 1).isEmpty()) {
          throw new MoveException(
              "the database "
                  + store.location()
                  + " is not empty: it contains a ledger; create an empty database");
        }
        session.update("DELETE FROM served_notes");
        return new PostgresTarget(store, session);
      } catch (SQLException | RuntimeException e) {
        session.close();
        throw e;
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static StoreException failed(SQLException e) {
    return SqlErrors.beforeCommit("write the ledger", e);
  }

  @Override
  public String location() {
    return store.location();
  }

  @Override
  public void ledger(long first, long served) {
    firstRevision = first;
    servedMicros = served;
  }

  @Override
  public void repository(StoredRepository repository) {
    writeGathered();
    RepositoryRows.insert(
        flight(), repository.books(), repository.lastVersion(), repository.compactedRevision());
    sendIfLarge(1);
  }

  @Override
  protected void write(RepositoryPart part) {
    String repositoryId = part.repositoryId();
    // Only its id is needed: its row is complete.
    Delta delta = part.delta(Repository.blank(repositoryId));
    Flight open = flight();
    ReservationRows.write(open, delta);
    // The past of no slot is known here, so all operation ids of a release get a row.
    ReleaseRows.write(open, delta, Set.of());
    OfferRows.write(open, repositoryId, delta.offers());
    OperationRows.write(open, repositoryId, delta.operations());
    EventRows.write(open, repositoryId, delta.events(), lastNote);
    EntryRows.write(open, repositoryId, delta.keys());
    sendIfLarge(part.rowCount());
  }

  @Override
  public void served(long micros) {
    writeGathered();
    lastNote++;
    flight().add("INSERT INTO served_notes (note, served_micros) VALUES (?, ?)", lastNote, micros);
    sendIfLarge(1);
  }

  private Flight flight() {
    Flight open = flight;
    if (open == null) {
      open = session.flight();
      flight = open;
    }
    return open;
  }

  private void sendIfLarge(long addedRows) {
    rows += addedRows;
    if (rows >= ROWS_PER_FLIGHT) {
      send();
    }
  }

  private void send() {
    Flight open = flight;
    flight = null;
    rows = 0;
    if (open != null) {
      try {
        open.run();
      } catch (SQLException e) {
        throw failed(e);
      }
    }
  }

  @Override
  public LedgerContents written() {
    writeGathered();
    flight()
        .add(
            "UPDATE ledger SET first_revision = ?, served_micros = ? WHERE one = 1",
            firstRevision,
            servedMicros);
    send();
    return PostgresContents.of(session, location());
  }

  @Override
  public void commit() {
    try {
      session.commit();
    } catch (SQLException e) {
      throw SqlErrors.duringCommit("commit the ledger", e);
    }
  }

  @Override
  public void close() {
    session.close();
    store.close();
  }
}
