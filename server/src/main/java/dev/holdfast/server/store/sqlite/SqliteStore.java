package dev.holdfast.server.store.sqlite;

import static java.util.Objects.requireNonNull;

import dev.holdfast.server.ledger.EventsPage;
import dev.holdfast.server.ledger.EventsQuery;
import dev.holdfast.server.ledger.LedgerStore;
import dev.holdfast.server.ledger.Recount;
import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.Survey;
import dev.holdfast.server.ledger.rules.ExpireLeases;
import dev.holdfast.server.store.Schema;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The books in one SQLite file with a write-ahead log: one connection that writes, and some that
 * read beside it, each on a snapshot of the last commit.
 */
public final class SqliteStore implements LedgerStore {
  private static final Schema SCHEMA = new Schema(SqliteStore.class, List.of("schema-1.sql"));

  private static final Logger LOGGER = LoggerFactory.getLogger(SqliteStore.class);

  /** How many can read at a time; as many threads of the server do. */
  public static final int READERS = 4;

  private final Path database;
  private SqliteConnection writer;

  /** Null where the store was opened to be looked at: who changes nothing needs no index. */
  private @Nullable HistoryIndex history;

  /** Also asked by those who read. */
  private volatile YoungReservations young;

  private final Checkpoints checkpoints;
  private final BooksCache cache = new BooksCache();
  private final HistoryIndex.Room historyRoom;
  private final int youngRoom;
  private final BlockingQueue<SqliteConnection> readers = new ArrayBlockingQueue<>(READERS);

  private SqliteStore(
      Path database,
      SqliteConnection writer,
      @Nullable HistoryIndex history,
      HistoryIndex.Room historyRoom,
      int youngRoom)
      throws SQLException {
    this.database = database;
    this.writer = writer;
    this.history = history;
    this.historyRoom = historyRoom;
    this.youngRoom = youngRoom;
    this.checkpoints = new Checkpoints(database, Checkpoints.PAGES);
    this.young = YoungReplay.load(writer, youngRoom);
    for (int i = 0; i < READERS; i++) {
      readers.add(SqliteConnection.reader(database));
    }
  }

  /**
   * Opens a database, makes it where it is missing, and brings it to the newest schema.
   *
   * @throws IllegalStateException where a newer program wrote it
   */
  public static SqliteStore open(Path database) {
    return open(database, HistoryIndex.Room.DEFAULT, YoungReservations.ROOM);
  }

  /** The same with less room for what is young or in memory, so that a test sees it overflow. */
  static SqliteStore open(Path database, HistoryIndex.Room historyRoom, int youngRoom) {
    SqliteConnection writer = SqliteConnection.writer(database);
    try {
      migrate(writer, SCHEMA);
      HistoryIndex history = HistoryIndex.load(writer, historyRoom);
      return new SqliteStore(database, writer, history, historyRoom, youngRoom);
    } catch (SQLException e) {
      writer.close();
      throw StoreException.notApplied("cannot open " + database, e);
    } catch (RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  /**
   * Opens a database to look at it.
   *
   * @throws IllegalStateException where its schema is not the newest: to look is not to change
   */
  public static SqliteStore openAsItIs(Path database) {
    SqliteConnection writer = SqliteConnection.writer(database);
    try {
      long found = writer.number("PRAGMA user_version");
      if (found != SCHEMA.version()) {
        throw new IllegalStateException(
            "the store has schema version "
                + found
                + ", this program "
                + SCHEMA.version()
                + "; a newer program opens an older store when it serves");
      }
      return new SqliteStore(
          database, writer, null, HistoryIndex.Room.DEFAULT, YoungReservations.ROOM);
    } catch (SQLException e) {
      writer.close();
      throw StoreException.notApplied("cannot open " + database, e);
    } catch (RuntimeException e) {
      writer.close();
      throw e;
    }
  }

  /** What SQLite finds wrong with its own file; empty where it is sound. */
  public List<String> damage() {
    return read(
        connection -> {
          List<String> lines =
              SqliteConnection.rows(
                  connection.prepared("PRAGMA integrity_check"), row -> row.getString(1));
          return lines.equals(List.of("ok")) ? List.of() : lines;
        });
  }

  /** Brings a database to the newest version of a schema. */
  static void migrate(SqliteConnection writer, Schema schema) throws SQLException {
    int found = (int) writer.number("PRAGMA user_version");
    for (String script : schema.scriptsFrom(found)) {
      found++;
      // One transaction a version: a crash leaves the store at one version or the next.
      writer.run("BEGIN IMMEDIATE;\n" + script + "\nPRAGMA user_version = " + found + ";\nCOMMIT;");
    }
  }

  @Override
  public Transaction begin() {
    if (writer.isClosed()) {
      reopen();
    }
    checkpoints.beforeTransaction(writer);
    return SqliteTransaction.begin(
        writer, requireNonNull(history, "opened to be looked at"), young, cache);
  }

  /** After a failure that closed the connection: what is kept in memory is read again. */
  private void reopen() {
    SqliteConnection opened = SqliteConnection.writer(database);
    try {
      history = HistoryIndex.load(opened, historyRoom);
      YoungReservations loaded = YoungReplay.load(opened, youngRoom);
      young.retire();
      young = loaded;
      cache.clear();
      writer = opened;
    } catch (SQLException e) {
      opened.close();
      throw StoreException.notApplied("cannot open " + database, e);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private interface Read<T> {
    T on(SqliteConnection connection) throws SQLException;
  }

  private <T> T read(Read<T> read) {
    SqliteConnection reader;
    try {
      reader = readers.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StoreException.notApplied("interrupted while waiting to read", e);
    }
    try {
      return read.on(reader);
    } catch (SQLException e) {
      throw StoreException.notApplied("cannot read", e);
    } finally {
      readers.add(reader);
    }
  }

  /** What asks more than one question, and is to see one commit. */
  private <T> T readInOneSnapshot(Read<T> read) {
    return read(connection -> connection.inOneSnapshot(() -> read.on(connection)));
  }

  @Override
  public @Nullable Repository repository(String repositoryId) {
    return read(connection -> SqliteReads.repository(connection, repositoryId)).orElse(null);
  }

  @Override
  public List<Repository> repositories(String afterId, int limit) {
    return read(connection -> SqliteReads.repositories(connection, afterId, limit));
  }

  @Override
  public @Nullable Reservation reservation(String repositoryId, Slot slot) {
    return readInOneSnapshot(
            connection -> SqliteReads.reservation(connection, young, repositoryId, slot))
        .orElse(null);
  }

  @Override
  public ReservationsPage reservations(ReservationsQuery query) {
    return readInOneSnapshot(connection -> SqliteReads.reservations(connection, young, query));
  }

  @Override
  public @Nullable EventsPage events(EventsQuery query) {
    return readInOneSnapshot(connection -> new SqliteEvents(connection).page(query)).orElse(null);
  }

  @Override
  public List<ExpireLeases> expiredLeases(long nowMicros, int limit) {
    return readInOneSnapshot(
        connection -> SqliteReads.expiredLeases(connection, young, nowMicros, limit));
  }

  @Override
  public @Nullable Offer offer(String repositoryId, String offerId) {
    return read(connection -> new SqliteOffers(connection).one(repositoryId, offerId)).orElse(null);
  }

  @Override
  public List<Offer> offers(String repositoryId, String afterId, int limit) {
    return read(connection -> new SqliteOffers(connection).page(repositoryId, afterId, limit));
  }

  @Override
  public @Nullable Entry entry(String repositoryId, String key) {
    return read(connection -> SqliteKeys.entry(connection, repositoryId, key)).orElse(null);
  }

  @Override
  public List<String> keys(String repositoryId, String prefix, String afterKey, int limit) {
    return read(connection -> SqliteKeys.keys(connection, repositoryId, prefix, afterKey, limit));
  }

  /** Goes on a connection of its own too, with a transaction around all that it reads. */
  @Override
  public void survey(String repositoryId, long afterRevision, Survey survey) {
    try (SqliteConnection connection = SqliteConnection.reader(database)) {
      SqliteSurvey.survey(connection, young, repositoryId, afterRevision, survey);
    } catch (SQLException e) {
      throw StoreException.notApplied("cannot go through a repository", e);
    }
  }

  /** Counts on a connection of its own, so that it keeps no other reader waiting. */
  @Override
  public @Nullable Recount recount(String repositoryId) {
    try (SqliteConnection connection = SqliteConnection.reader(database)) {
      return SqliteReads.recount(connection, youngRoom, repositoryId).orElse(null);
    } catch (SQLException e) {
      throw StoreException.notApplied("cannot recount", e);
    }
  }

  /** The youngest reservations. */
  YoungReservations young() {
    return young;
  }

  /** Everything that was asked so far and is asked again and again. For when nobody reads. */
  Set<String> statements() {
    Set<String> statements = new TreeSet<>(writer.statements());
    readers.forEach(reader -> statements.addAll(reader.statements()));
    return statements;
  }

  /** After a good end all reservations have a row, to be looked at, and a start reads no events. */
  private void settle() {
    HistoryIndex index = history;
    if (index == null || writer.isClosed()) {
      return;
    }
    try (SqliteTransaction transaction = SqliteTransaction.begin(writer, index, young, cache)) {
      transaction.settle();
      transaction.commit();
    } catch (RuntimeException e) {
      LOGGER.warn("the youngest reservations got no rows; the next start reads their events", e);
    }
  }

  @Override
  public void close() {
    settle();
    checkpoints.close();
    List<SqliteConnection> idle = new ArrayList<>();
    readers.drainTo(idle);
    idle.forEach(SqliteConnection::close);
    // The last connection to close takes the log into the database.
    writer.close();
  }
}
