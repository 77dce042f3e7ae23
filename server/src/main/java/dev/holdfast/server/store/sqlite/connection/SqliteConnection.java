package dev.holdfast.server.store.sqlite.connection;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.sqlite.directory.OwnerOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;

/** A connection to the database with its prepared statements, for one thread at a time. */
public final class SqliteConnection implements AutoCloseable {
  private static final int BUSY_MILLIS = 10_000;
  private static final int CACHE_KIB = 64 * 1024;
  private static final int READER_CACHE_KIB = 8 * 1024;

  private final Path wal;
  private final Connection connection;
  private final Map<String, PreparedStatement> statements = new HashMap<>();
  private boolean closed;

  private SqliteConnection(Path database, Connection connection) {
    this.wal = wal(database);
    this.connection = connection;
  }

  /** Opens the single connection that writes; creates the database if it is missing. */
  public static SqliteConnection writer(Path database) {
    createIfMissing(database);
    return existingWriter(database);
  }

  /** Opens the connection that writes, to an existing database. */
  public static SqliteConnection existingWriter(Path database) {
    SQLiteConfig config = existing();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // Every commit is synced before callers get results; the default with a WAL syncs only
    // checkpoints.
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setCacheSize(-CACHE_KIB);
    // SQLite does not report the failure of a checkpoint that it runs within a commit.
    config.setPragma(SQLiteConfig.Pragma.WAL_AUTOCHECKPOINT, "0");
    config.setJournalSizeLimit(Checkpointer.WAL_BYTES);
    return open(database, config);
  }

  /**
   * Returns a configuration that does not create a database: an empty file must not replace a
   * missing one.
   */
  private static SQLiteConfig existing() {
    SQLiteConfig config = new SQLiteConfig();
    config.resetOpenMode(SQLiteOpenMode.CREATE);
    return config;
  }

  /**
   * Creates a database. Incremental vacuum can be enabled only before the first page is written.
   */
  private static void createIfMissing(Path database) {
    try {
      if (Files.exists(database) && Files.size(database) > 0) {
        return;
      }
      // SQLite gives the WAL the permissions of the database file.
      OwnerOnly.createFile(database);
      try (SqliteConnection empty = open(database, new SQLiteConfig())) {
        empty.run("PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
      }
    } catch (SQLException | IOException e) {
      throw StoreException.notApplied("cannot create " + database, e);
    }
  }

  /** Opens a connection that reads beside the writer. */
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
   * Opens a connection that leaves the files unchanged: any other connection that is the last to
   * close checkpoints and deletes the WAL. If there is a WAL, SQLite creates the WAL index beside
   * it.
   */
  public static SqliteConnection readOnly(Path database) throws IOException {
    return walBytes(database) > 0 ? readOnlyBesideWriter(database) : immutable(database);
  }

  /**
   * Opens a read-only connection to a database with a WAL, beside its writer if it has one. Closing
   * it neither checkpoints nor deletes the WAL.
   */
  public static SqliteConnection readOnlyBesideWriter(Path database) {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    return open(database, config);
  }

  /**
   * Opens a read-only connection to a database without a WAL; SQLite creates none then, and takes
   * no locks. The reads are wrong if another process changes the file meanwhile.
   */
  public static SqliteConnection immutable(Path database) {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    return open(database, "file:" + database.toUri().getRawPath() + "?immutable=1", config);
  }

  /** Returns the length of the WAL file of a database, in bytes; 0 if there is none. */
  public static long walBytes(Path database) throws IOException {
    Path wal = wal(database);
    try {
      return Files.size(wal);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  private static Path wal(Path database) {
    return database.resolveSibling(database.getFileName() + "-wal");
  }

  /** Opens a connection that checkpoints the WAL beside the writer. */
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
    // Unused; the driver would query generated keys after every insert.
    config.setGetGeneratedKeys(false);
    config.setTempStore(SQLiteConfig.TempStore.MEMORY);
    try {
      return new SqliteConnection(database, config.createConnection("jdbc:sqlite:" + name));
    } catch (SQLException e) {
      throw StoreException.notApplied("cannot open " + database, e);
    }
  }

  /** Runs statements without parameters. */
  public void run(String script) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeUpdate(script);
    }
  }

  /** Returns the first column of the only row of a query. */
  public long number(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /**
   * Rolls back the transaction. SQLite may already have rolled it back after a disk failure; then,
   * and after any other failure, the connection is closed, which also rolls back.
   */
  public void rollBackOrClose() {
    try {
      prepared("ROLLBACK").execute();
    } catch (SQLException e) {
      close();
    }
  }

  /** Receives the progress of a copy, on the thread that copies. It must not throw. */
  public interface CopyProgress {
    /** Called after each step, with the pages that remain, and all pages. */
    void copied(int remainingPages, int pages);
  }

  /**
   * Copies the database to another file, as the open transaction of this connection sees it; so all
   * steps copy one snapshot, and no commit of the writer makes SQLite begin again. The copy is
   * synced. It cannot be interrupted.
   *
   * @param target the file; an existing database in it is replaced
   * @param pagesPerStep the number of pages between two reports of the progress
   */
  public void copyTo(Path target, int pagesPerStep, CopyProgress progress) throws SQLException {
    int code =
        connection
            .unwrap(SQLiteConnection.class)
            .getDatabase()
            .backup("main", target.toString(), progress::copied, 0, 0, pagesPerStep);
    if (code != SQLiteErrorCode.SQLITE_OK.code) {
      SQLiteErrorCode error = SQLiteErrorCode.getErrorCode(code);
      throw new SQLiteException(error.toString(), error);
    }
  }

  /** Returns the length of the WAL file, in bytes. */
  long walBytes() throws IOException {
    return Files.size(wal);
  }

  /**
   * Makes the running statement fail. Any thread may call it, as long as the connection is not
   * closed at the same time.
   */
  void interrupt() throws SQLException {
    connection.unwrap(SQLiteConnection.class).getDatabase().interrupt();
  }

  /**
   * Returns whether the connection was closed, even if closing failed; it must not be used again.
   */
  public boolean isClosed() {
    return closed;
  }

  /**
   * Returns a statement, which is prepared once per connection and keeps its parameters from the
   * last use.
   */
  public PreparedStatement prepared(String sql) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
    }
    return statement;
  }

  /** Returns the SQL of all prepared statements; tests check their query plans. */
  public Set<String> statements() {
    return Set.copyOf(statements.keySet());
  }

  /** Converts a row to a value. */
  public interface RowReader<T> {
    T read(ResultSet row) throws SQLException;
  }

  /** Returns all rows of a query whose parameters are set. */
  public static <T> List<T> rows(PreparedStatement query, RowReader<T> reader) throws SQLException {
    List<T> values = new ArrayList<>();
    try (ResultSet rows = query.executeQuery()) {
      while (rows.next()) {
        values.add(reader.read(rows));
      }
    }
    return values;
  }

  /** Queries that are run on one snapshot. */
  interface Queries<T> {
    public T run() throws SQLException;
  }

  /** Runs queries on one snapshot. */
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
