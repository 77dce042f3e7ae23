package dev.holdfast.server.store.postgresql;

import dev.holdfast.server.ledger.books.Change.CapacityChanged;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.RevisionJump;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.Session;
import dev.holdfast.server.store.postgresql.connection.SqlTexts;
import dev.holdfast.server.store.postgresql.rows.EventRows;
import dev.holdfast.server.store.postgresql.rows.RepositoryRows;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Raises the revisions of a database that was restored from a backup, in one transaction: clients
 * may have received revisions, generations and versions that the backup does not know. The gap
 * counts as purged.
 */
final class PostgresJump {
  private static final int PAGE = 1000;

  /** Locks nothing: Citus locks rows only by statements on one repository. */
  static final String ALL =
      "SELECT repository_id FROM repositories WHERE repository_id > ?"
          + " ORDER BY repository_id LIMIT ?";

  private final Session session;
  private final PostgresSettings settings;
  private long nowMicros;
  private long lastNote;

  PostgresJump(Session session, PostgresSettings settings) {
    this.session = session;
    this.settings = settings;
  }

  /**
   * Raises all revisions.
   *
   * @return the number of repositories
   * @throws StoreException if a server uses the database; nothing was changed then
   */
  int run() throws SQLException {
    session.begin(settings).add(SqlTexts.UNBOUNDED_COMMIT).run();
    IdleDatabase.Times times;
    try {
      times = IdleDatabase.require(session);
    } catch (StoreException e) {
      session.rollBack();
      throw e;
    }
    nowMicros = times.nowMicros();
    // With an older one, the event would be purged too early, and all events before it.
    lastNote =
        session
            .list("SELECT coalesce(max(note), 0) FROM served_notes", row -> row.getLong(1))
            .get(0);
    long raise = RevisionJump.afterRestore(times.seenMicros(), nowMicros);
    int count = 0;
    long highest = 0;
    List<String> page = page("");
    while (!page.isEmpty()) {
      List<Repository> locked = lock(page);
      Flight flight = session.flight();
      for (Repository before : locked) {
        highest = Math.max(highest, before.revision());
        raise(flight, before.raisedTo(before.revision() + raise, nowMicros), raise);
      }
      flight.run();
      count += page.size();
      page = page(page.get(page.size() - 1));
    }
    session
        .flight()
        .add(
            "UPDATE ledger SET first_revision = greatest(first_revision, ?) + ? WHERE one = 1",
            highest,
            raise)
        .add("DELETE FROM servers")
        .add("DELETE FROM duties")
        .add(SqlTexts.COMMIT)
        .run();
    return count;
  }

  private List<String> page(String afterId) throws SQLException {
    return session.list(ALL, row -> row.getString(1), afterId, PAGE);
  }

  private List<Repository> lock(List<String> ids) throws SQLException {
    List<Repository> locked = new ArrayList<>();
    Flight flight = session.flight();
    for (String id : ids) {
      flight.query(
          RepositoryRows.LOCK, row -> locked.add(RepositoryRows.locked(row).repository()), id);
    }
    flight.run();
    return locked;
  }

  private void raise(Flight flight, Repository after, long raise) {
    CapacityChanged.Kind kind =
        after.deleted() ? CapacityChanged.Kind.DELETED : CapacityChanged.Kind.UPDATED;
    Event event =
        new Event(
            after.revision(),
            nowMicros,
            after.availableBytes(),
            new CapacityChanged(kind, after.capacityBytes()));
    flight.add(
        "UPDATE repositories SET revision = ?, raise_revision = ?, update_micros = ?,"
            + " last_version = last_version + ? WHERE repository_id = ?",
        after.revision(),
        after.revision(),
        nowMicros,
        raise,
        after.id());
    EventRows.write(flight, after.id(), List.of(event), lastNote);
  }
}
