package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.move.ContentsVisitor;
import dev.holdfast.server.store.move.LedgerContents;
import dev.holdfast.server.store.move.MoveException;
import dev.holdfast.server.store.move.MoveProgress;
import dev.holdfast.server.store.move.PartProgress;
import dev.holdfast.server.store.move.StoredRepository;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.connection.SqlErrors;
import dev.holdfast.server.store.postgresql.rows.EntryRows;
import dev.holdfast.server.store.postgresql.rows.EventRows;
import dev.holdfast.server.store.postgresql.rows.OfferRows;
import dev.holdfast.server.store.postgresql.rows.OperationRows;
import dev.holdfast.server.store.postgresql.rows.RepositoryRows;
import dev.holdfast.server.store.postgresql.rows.ReservationRows;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The contents of a database, in the transaction of a session that keeps all servers away. */
public final class PostgresContents implements LedgerContents {
  static final String COUNT_REPOSITORIES = "SELECT count(*) FROM repositories";
  static final String COUNT_RESERVATIONS = "SELECT count(*) FROM reservations";
  static final String COUNT_EVENTS = "SELECT count(*) FROM events";

  private static final int REPOSITORIES_PER_PAGE = 1000;

  private final Session session;
  private final String location;
  private final Runnable close;

  private PostgresContents(Session session, String location, Runnable close) {
    this.session = session;
    this.location = location;
    this.close = close;
  }

  /**
   * Opens a ledger, which no server can use while it is open.
   *
   * @throws StoreException if there is no ledger, the database cannot be used, or a server uses it
   */
  public static PostgresContents open(PostgresSettings settings) {
    return PostgresStore.handOver(PostgresStore.openExisting(settings), PostgresContents::open);
  }

  static PostgresContents open(PostgresStore store) {
    try {
      Session session = store.alone();
      return new PostgresContents(
          session,
          store.location(),
          () -> {
            session.close();
            store.close();
          });
    } catch (SQLException e) {
      throw SqlErrors.reading("read the ledger", e);
    }
  }

  /** Returns the contents as a session sees them that others close. */
  static PostgresContents of(Session session, String location) {
    return new PostgresContents(session, location, () -> {});
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public void check() {
    try {
      eachRepository((repository, lastVersion, raiseRevision) -> check(repository));
    } catch (SQLException e) {
      throw SqlErrors.reading("recount the books", e);
    }
  }

  private void check(Repository repository) throws SQLException {
    List<Recount.Problem> problems =
        PostgresRecount.recount(session, repository.id()).map(Recount::problems).orElse(List.of());
    if (!problems.isEmpty()) {
      Recount.Problem first = problems.get(0);
      throw new MoveException(
          "the books of repository "
              + repository.id()
              + " do not balance: "
              + first.subject()
              + ": recorded "
              + first.recorded()
              + ", counted "
              + first.counted());
    }
  }

  @Override
  public void visit(ContentsVisitor visitor, MoveProgress progress) {
    try {
      session
          .flight()
          .query(
              "SELECT first_revision, served_micros FROM ledger",
              row -> visitor.ledger(row.getLong(1), row.getLong(2)))
          .run();
      visitRepositories(visitor, progress);
      visitEvents(visitor, progress);
    } catch (SQLException e) {
      throw SqlErrors.reading("read the ledger", e);
    }
  }

  private long count(String query) throws SQLException {
    return session.list(query, row -> row.getLong(1)).get(0);
  }

  private void visitRepositories(ContentsVisitor visitor, MoveProgress progress)
      throws SQLException {
    PartProgress rows =
        new PartProgress(
            progress,
            "repositories and reservations",
            count(COUNT_REPOSITORIES) + count(COUNT_RESERVATIONS));
    eachRepository(
        (repository, lastVersion, raiseRevision) ->
            visit(new StoredRepository(repository, lastVersion, raiseRevision), visitor, rows));
  }

  private void eachRepository(RepositoryRows.Visitor visitor) throws SQLException {
    String last = "";
    do {
      last = RepositoryRows.visitPage(session, last, REPOSITORIES_PER_PAGE, visitor);
    } while (!last.isEmpty());
  }

  private void visit(StoredRepository repository, ContentsVisitor visitor, PartProgress rows)
      throws SQLException {
    String id = repository.books().id();
    visitor.repository(repository);
    rows.step();
    OfferRows.visit(session, id, (offerId, terms, sold) -> visitor.offer(id, offerId, terms, sold));
    ReservationRows.visit(
        session,
        id,
        reservation -> {
          visitor.reservation(id, reservation);
          rows.step();
        });
    OperationRows.visit(session, id, operation -> visitor.operation(id, operation));
    EntryRows.visit(session, id, entry -> visitor.entry(id, entry));
  }

  private void visitEvents(ContentsVisitor visitor, MoveProgress progress) throws SQLException {
    record Note(long note, long servedMicros) {}
    PartProgress chunks = new PartProgress(progress, "blocks of history", count(COUNT_EVENTS));
    Deque<Note> notes =
        new ArrayDeque<>(
            session.list(
                "SELECT note, served_micros FROM served_notes ORDER BY note",
                row -> new Note(row.getLong(1), row.getLong(2))));
    EventRows.visitAll(
        session,
        (repositoryId, note, events) -> {
          while (!notes.isEmpty() && notes.element().note() <= note) {
            visitor.served(notes.remove().servedMicros());
          }
          visitor.events(repositoryId, events);
          chunks.step();
        });
    notes.forEach(note -> visitor.served(note.servedMicros()));
  }

  @Override
  public void markMoved(String to) {
    try {
      MovedLedger.mark(session, to);
      session.commit();
    } catch (SQLException e) {
      throw SqlErrors.duringCommit("mark the old ledger as moved", e);
    }
  }

  @Override
  public void close() {
    close.run();
  }
}
