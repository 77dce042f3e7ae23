package dev.holdfast.server.store.sqlite.move;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.FatalErrors;
import dev.holdfast.server.store.move.ContentsVisitor;
import dev.holdfast.server.store.move.LedgerContents;
import dev.holdfast.server.store.move.MoveException;
import dev.holdfast.server.store.move.MoveProgress;
import dev.holdfast.server.store.move.PartProgress;
import dev.holdfast.server.store.move.StoredRepository;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.backup.BookCheck;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.mark.HighWaterMark;
import dev.holdfast.server.store.sqlite.rows.EventChunk;
import dev.holdfast.server.store.sqlite.rows.LedgerRow;
import dev.holdfast.server.store.sqlite.rows.RepositoryIds;
import dev.holdfast.server.store.sqlite.rows.RevisionGaps;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import dev.holdfast.server.store.sqlite.rows.ServedTime;
import dev.holdfast.server.store.sqlite.rows.SqliteKeys;
import dev.holdfast.server.store.sqlite.rows.SqliteOffers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The contents of a stopped ledger. Its store was closed cleanly, so that every reservation has a
 * row.
 */
public final class SqliteContents implements LedgerContents {
  private static final int REPOSITORIES_PER_PAGE = 1000;

  private final Path database;
  private final String location;
  private final SqliteConnection connection;

  /** The directory that is locked meanwhile; null if others lock it. */
  private final @Nullable DataDirectory directory;

  private SqliteContents(Path database, String location, @Nullable DataDirectory directory) {
    this.database = database;
    this.location = location;
    this.connection = SqliteConnection.immutable(database);
    this.directory = directory;
  }

  /**
   * Opens a ledger, which no server can start while it is open. Recovers and migrates it first, as
   * a server would at its start.
   *
   * @param holder a description of this process, for the error message of other processes
   * @param fatalErrors ends the process when the disk may have lost written data
   * @throws MoveException if there is no ledger
   * @throws IllegalStateException if the ledger is in use, or lost a part
   */
  public static SqliteContents open(Path dataDir, String holder, FatalErrors fatalErrors)
      throws IOException {
    Path absolute = dataDir.toAbsolutePath().normalize();
    if (!Files.exists(DataDirectory.database(absolute))) {
      throw new MoveException("there is no ledger in " + absolute);
    }
    DataDirectory directory = DataDirectory.hold(absolute, holder);
    try {
      HighWaterMark.check(directory);
      SqliteStore.open(directory.database(), fatalErrors).close();
      return new SqliteContents(directory.database(), absolute.toString(), directory);
    } catch (IOException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  /** Returns the contents of a database in a directory that others lock. */
  static SqliteContents of(Path database, String location) {
    return new SqliteContents(database, location, null);
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public void check() {
    var unused = BookCheck.check(database, location);
  }

  @Override
  public void visit(ContentsVisitor visitor, MoveProgress progress) {
    try {
      visitor.ledger(
          LedgerRow.read(connection).firstRevision(), new ServedTime(connection).micros());
      visitRepositories(visitor, progress);
      visitEvents(visitor, progress);
    } catch (SQLException e) {
      throw StoreException.notApplied("cannot read " + location, e);
    }
  }

  private void visitRepositories(ContentsVisitor visitor, MoveProgress progress)
      throws SQLException {
    PartProgress rows =
        new PartProgress(
            progress,
            "repositories and reservations",
            connection.number(
                "SELECT (SELECT count(*) FROM repositories) + (SELECT count(*) FROM reservations)"));
    List<RowMapper.RepositoryRow> page = page("");
    while (!page.isEmpty()) {
      for (RowMapper.RepositoryRow row : page) {
        visit(row, visitor, rows);
      }
      page = page(page.get(page.size() - 1).repository().id());
    }
  }

  private List<RowMapper.RepositoryRow> page(String afterId) throws SQLException {
    PreparedStatement query =
        connection.prepared(
            RowMapper.REPOSITORIES + " WHERE repository_id > ? ORDER BY repository_id LIMIT ?");
    query.setString(1, afterId);
    query.setInt(2, REPOSITORIES_PER_PAGE);
    return SqliteConnection.rows(query, RowMapper::repository);
  }

  private void visit(RowMapper.RepositoryRow row, ContentsVisitor visitor, PartProgress rows)
      throws SQLException {
    rows.step();
    String id = row.repository().id();
    long number = row.number();
    visitor.repository(
        new StoredRepository(
            row.repository(),
            SqliteKeys.lastVersion(connection, number),
            RevisionGaps.end(connection, number)));
    each(
        "SELECT " + SqliteOffers.COLUMNS + " FROM offers WHERE repository = ?",
        number,
        columns -> {
          SqliteOffers.Row offer = SqliteOffers.row(columns);
          visitor.offer(id, offer.offerId(), offer.terms(), offer.soldBytes());
        });
    each(
        "SELECT "
            + RowMapper.RESERVATION
            + " FROM reservations WHERE repository = ? ORDER BY slot_key",
        number,
        columns -> {
          visitor.reservation(id, RowMapper.reservation(columns));
          rows.step();
        });
    each(
        "SELECT " + RowMapper.OPERATION + " FROM operations WHERE repository = ?",
        number,
        columns -> visitor.operation(id, RowMapper.operation(columns)));
    each(
        "SELECT " + SqliteKeys.ENTRY + " FROM entries WHERE repository = ?",
        number,
        columns -> visitor.entry(id, SqliteKeys.entry(columns)));
  }

  private interface Columns {
    void accept(ResultSet columns) throws SQLException;
  }

  private void each(String sql, long number, Columns columns) throws SQLException {
    PreparedStatement query = connection.prepared(sql);
    query.setLong(1, number);
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        columns.accept(row);
      }
    }
  }

  /** Visits the events in the order in which they were written, with the notes between them. */
  private void visitEvents(ContentsVisitor visitor, MoveProgress progress) throws SQLException {
    PartProgress chunks =
        new PartProgress(
            progress, "blocks of history", connection.number("SELECT count(*) FROM events"));
    RepositoryIds ids = new RepositoryIds(connection);
    Deque<ServedTime.Note> notes = new ArrayDeque<>(new ServedTime(connection).notes());
    PreparedStatement query =
        connection.prepared("SELECT " + EventChunk.COLUMNS + " FROM events ORDER BY chunk");
    try (ResultSet row = query.executeQuery()) {
      while (row.next()) {
        EventChunk chunk = EventChunk.read(row, 1);
        while (!notes.isEmpty() && notes.element().chunk() < chunk.chunk()) {
          visitor.served(notes.remove().servedMicros());
        }
        visitor.events(ids.of(chunk.repository()), chunk.events(row));
        chunks.step();
      }
    }
    notes.forEach(note -> visitor.served(note.servedMicros()));
  }

  @Override
  public void markMoved(String to) {
    if (directory == null) {
      throw new IllegalStateException("the directory is locked by others");
    }
    try {
      directory.markMoved(to);
    } catch (IOException e) {
      throw StoreException.notApplied("cannot mark " + location + " as moved to " + to, e);
    }
  }

  @Override
  public void close() {
    connection.close();
    if (directory != null) {
      directory.release();
    }
  }
}
