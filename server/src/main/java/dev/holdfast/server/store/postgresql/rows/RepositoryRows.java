package dev.holdfast.server.store.postgresql.rows;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.store.postgresql.connection.Flight;
import dev.holdfast.server.store.postgresql.connection.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The totals of repositories. */
public final class RepositoryRows {
  /** The columns that {@link #repository} reads. */
  public static final String COLUMNS =
      "repository_id, capacity_bytes, reserved_bytes, unassigned_bytes, reservation_count,"
          + " revision, create_micros, update_micros, deleted";

  /** The column of {@link #LOCK} after those of the repository. */
  private static final int LAST_VERSION = 10;

  /** Locks a repository; its row is then read by {@link #locked}. */
  public static final String LOCK =
      "SELECT "
          + COLUMNS
          + ", last_version FROM repositories WHERE repository_id = ? FOR NO KEY UPDATE";

  /** Lists all repositories, by the index on their ids. */
  public static final String PAGE =
      "SELECT "
          + COLUMNS
          + " FROM repositories WHERE repository_id > ? AND NOT deleted"
          + " ORDER BY repository_id LIMIT ?";

  /** Lists all repositories, also the deleted ones, by the index on their ids. */
  public static final String ALL =
      "SELECT "
          + COLUMNS
          + ", last_version, raise_revision FROM repositories WHERE repository_id > ?"
          + " ORDER BY repository_id LIMIT ?";

  private static final String ONE =
      "SELECT " + COLUMNS + " FROM repositories WHERE repository_id = ?";

  private static final String INSERT_BLANK =
      "INSERT INTO repositories ("
          + COLUMNS
          + ", last_version) VALUES (?, 0, 0, 0, 0, ?, 0, 0, true, ?)";

  private RepositoryRows() {}

  /**
   * A locked repository.
   *
   * @param repository the repository, even if it is deleted
   * @param lastVersion the newest version of its datastore that was ever used
   */
  public record Locked(Repository repository, long lastVersion) {}

  /** Reads a row of {@link #LOCK}. */
  public static Locked locked(ResultSet row) throws SQLException {
    return new Locked(repository(row), row.getLong(LAST_VERSION));
  }

  /** Reads the columns of a repository. */
  public static Repository repository(ResultSet row) throws SQLException {
    return new Repository(
        row.getString(1),
        row.getLong(2),
        row.getLong(3),
        row.getLong(4),
        row.getLong(5),
        row.getLong(6),
        row.getLong(7),
        row.getLong(8),
        row.getBoolean(9));
  }

  /** Returns a repository, even if it is deleted. */
  public static Optional<Repository> one(Session session, String repositoryId) throws SQLException {
    return session.list(ONE, RepositoryRows::repository, repositoryId).stream().findFirst();
  }

  /** Returns a repository that exists and was not deleted. */
  public static Optional<Repository> existing(Session session, String repositoryId)
      throws SQLException {
    return one(session, repositoryId).filter(repository -> !repository.deleted());
  }

  /** Returns a page of the existing repositories, by id. */
  public static List<Repository> page(Session session, String afterId, int limit)
      throws SQLException {
    return session.list(PAGE, RepositoryRows::repository, afterId, limit);
  }

  /** Receives the rows of repositories. */
  public interface Visitor {
    /**
     * Receives a row.
     *
     * @param raiseRevision the first revision after the last jump; 0 for none
     */
    void accept(Repository repository, long lastVersion, long raiseRevision) throws SQLException;
  }

  /**
   * Visits a page of all repositories, by id, also of the deleted ones.
   *
   * @return the last id of the page; empty if there is none
   */
  public static String visitPage(Session session, String afterId, int limit, Visitor visitor)
      throws SQLException {
    record Row(Repository repository, long lastVersion, long raiseRevision) {}
    List<Row> page =
        session.list(
            ALL,
            row ->
                new Row(repository(row), row.getLong(LAST_VERSION), row.getLong(LAST_VERSION + 1)),
            afterId,
            limit);
    for (Row row : page) {
      visitor.accept(row.repository(), row.lastVersion(), row.raiseRevision());
    }
    return page.isEmpty() ? "" : page.get(page.size() - 1).repository().id();
  }

  /** Adds the insertion of a repository with everything that its row contains. */
  public static void insert(
      Flight flight, Repository repository, long lastVersion, long raiseRevision) {
    flight.add(
        "INSERT INTO repositories ("
            + COLUMNS
            + ", last_version, raise_revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        repository.id(),
        repository.capacityBytes(),
        repository.reservedBytes(),
        repository.unassignedBytes(),
        repository.reservationCount(),
        repository.revision(),
        repository.createMicros(),
        repository.updateMicros(),
        repository.deleted(),
        lastVersion,
        raiseRevision);
  }

  /** Returns the locked row of a repository that never existed. */
  public static Locked blank(String repositoryId, long firstRevision) {
    return new Locked(Repository.blank(repositoryId, firstRevision), firstRevision);
  }

  /**
   * Inserts the row of a repository that never existed, which locks it.
   *
   * @throws SQLException a unique violation if another transaction inserted it meanwhile; waits for
   *     one that may do so
   */
  public static void insertBlank(Session session, String repositoryId, long firstRevision)
      throws SQLException {
    session.update(INSERT_BLANK, repositoryId, firstRevision, firstRevision);
  }

  /**
   * Waits until no other transaction may insert or change a repository. If there is no such
   * repository, the transaction must be rolled back, because this inserts it.
   */
  public static void await(Session session, String repositoryId) throws SQLException {
    session.update(INSERT_BLANK + " ON CONFLICT (repository_id) DO NOTHING", repositoryId, 0L, 0L);
    var unused = session.list(LOCK, RepositoryRows::locked, repositoryId);
  }

  /**
   * Adds the write of a repository.
   *
   * @param lastVersion the newest version of its datastore
   */
  public static void write(Flight flight, Delta delta, long lastVersion) {
    Repository after = delta.after();
    if (after.equals(delta.before()) && delta.keys().lastVersion() == 0) {
      return;
    }
    flight.add(
        "UPDATE repositories SET capacity_bytes = ?, reserved_bytes = ?, unassigned_bytes = ?,"
            + " reservation_count = ?, revision = ?, create_micros = ?, update_micros = ?,"
            + " deleted = ?, last_version = ? WHERE repository_id = ?",
        after.capacityBytes(),
        after.reservedBytes(),
        after.unassignedBytes(),
        after.reservationCount(),
        after.revision(),
        after.createMicros(),
        after.updateMicros(),
        after.deleted(),
        lastVersion,
        after.id());
  }
}
