package dev.holdfast.server.store.sqlite.connection;

import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.store.sqlite.directory.OwnerOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteOpenMode;

/** A connection to the database with its statements, for one thread at a time. */
public final class SqliteConnection implements AutoCloseable {
  private static final int BUSY_MILLIS = 10_000;
  private static final int CACHE_KIB = 64 * 1024;
  private static final int READER_CACHE_KIB = 8 * 1024;

  private final Path log;
  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private boolean closed;

  private SqliteConnection(Path database, Connection connection) {
    this.log = log(database);
    this.connection = connection;
  }

  /** The one connection that writes, to a database that is made where it is missing. */
  public static SqliteConnection writer(Path database) {
    makeIfMissing(database);
    return writerAgain(database);
  }

  /** The same to a database that was there before. */
  public static SqliteConnection writerAgain(Path database) {
    SQLiteConfig config = existing();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // Every commit is synced before it is answered; WAL's default would only sync checkpoints.
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setCacheSize(-CACHE_KIB);
    // A checkpoint that SQLite runs within a commit keeps to itself that it failed.
    config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, "0");
    config.setJournalSizeLimit(Checkpointer.LOG_BYTES);
    return open(database, config);
  }

  /** Where a file vanished, an empty one must not take its place. */
  private static SQLiteConfig existing() {
    SQLiteConfig config = new SQLiteConfig();
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    return config;
  }

  /** Only before its first page can a database be told to be one that gives free pages back. */
  private static void makeIfMissing(Path database) {
    try {
      if (Files.exists(database) && Files.size(database) > 0) {
        return;
      }
      // SQLite gives the log the rights that the database has.
      OwnerOnly.file(database);
      try (SqliteConnection empty = open(database, new SQLiteConfig())) {
        empty.run("PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
      }
    } catch (SQLException | IOException e) {
      throw StoreException.notApplied("cannot make " + database, e);
    }
  }

  /** A connection that reads beside the writer. */
  public static SqliteConnection reader(Path database) {
    SQLiteConfig config = existing();
    config.setCacheSize(-READER_CACHE_KIB);
    SqliteConnection reader = open(database, config);
    try {
      reader.run("PRAGMA query_only = true");
      return reader;
    } catch (SQLException e) {
      throw StoreException.notApplied("cannot open " + database, e);
    }
  }

  /**
   * A connection that leaves the files as they are, also where it is the last to close: no other
   * one then takes the log into the database and deletes it. Of a log it makes the index beside it.
   */
  public static SqliteConnection untouching(Path database) throws IOException {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    Path log = log(database);
    // Told that nobody writes, SQLite makes no log.
    boolean hasLog = Files.exists(log) && Files.size(log) > 0;
    return hasLog
        ? open(database, config)
        : open(database, "file:" + database.toUri().getRawPath() + "?immutable=1", config);
  }

  private static Path log(Path database) {
    return database.resolveSibling(database.getFileName() + "-wal");
  }

  /** A connection that takes the log into the database beside the writer. */
  public static SqliteConnection checkpointer(Path database) {
    SQLiteConfig config = existing();
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    return open(database, config);
  }

  private static SqliteConnection open(Path database, SQLiteConfig config) {
    return open(database, database.toString(), config);
  }

  private static SqliteConnection open(Path database, String name, SQLiteConfig config) {
    config.setBusyTimeout(BUSY_MILLIS);
    // Nobody asks for them, and the driver would look them up after every insert.
    config.setGetGeneratedKeys(false);
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    try {
      return new SqliteConnection(database, config.createConnection("jdbc:sqlite:" + name));
    } catch (SQLException e) {
      throw StoreException.notApplied("cannot open " + database, e);
    }
  }

  /** Runs statements that have no arguments. */
  public void run(String script) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(script);
    }
  }

  /** The first column of the only row. */
  public long number(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /**
   * Undoes the transaction. Where that fails, as it does when SQLite has undone it by itself
   * because the disk failed, the connection is closed, which leaves nothing behind either.
   */
  public void rollBackOrClose() {
    try {
      prepared("ROLLBACK").execute();
    } catch (SQLException e) {
      close();
    }
  }

  /** How long the file of the log is. */
  long logBytes() throws IOException {
    return Files.size(log);
  }

  /** Has what it does at the moment fail. Any thread may, as long as it is not closed meanwhile. */
  void interrupt() throws SQLException {
    connection.unwrap(SQLiteConnection.class).getDatabase().interrupt();
  }

  /** Whether it was closed, well or not: either way it is not to be used again. */
  public boolean isClosed() {
    return closed;
  }

  /** A statement that is prepared once a connection; its arguments are those set last. */
  public PreparedStatement prepared(String sql) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    return statement;
  }

  /** All that it has prepared, so that a test can look at how each of them is run. */
  public Set<String> statements() {
    return Set.copyOf(statements.keySet());
  }

  /** Turns a row into a value. */
  public interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** All rows of a query whose arguments are set. */
  public static <T> List<T> rows(PreparedStatement query, RowReader<T> reader) throws SQLException {
    List<T> values = new ArrayList<>();
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        values.add(reader.read(rows));
      }
    }
    return values;
  }

  /** Some queries. */
  interface Queries<T> {
    public T run() throws SQLException;
  }

  /** Runs queries that all see the same commit. */
  <T> T inOneSnapshot(Queries<T> queries) throws SQLException {
    prepared("BEGIN").execute();
    try {
      return queries.run();
    } finally {
      prepared("COMMIT").execute();
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      connection.close();
    } catch (SQLException e) {
      throw StoreException.notApplied("cannot close the database", e);
    }
  }
}
