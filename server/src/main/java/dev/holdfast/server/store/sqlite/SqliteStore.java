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
import dev.holdfast.server.ledger.rules.slots.ExpireLeases;
import dev.holdfast.server.ledger.view.RepositoryVisitor;
import dev.holdfast.server.store.FatalErrors;
import dev.holdfast.server.store.Schema;
import dev.holdfast.server.store.sqlite.connection.Checkpointer;
import dev.holdfast.server.store.sqlite.connection.DamageCheck;
import dev.holdfast.server.store.sqlite.connection.LongReads;
import dev.holdfast.server.store.sqlite.connection.LostWrites;
import dev.holdfast.server.store.sqlite.connection.Readers;
import dev.holdfast.server.store.sqlite.connection.SqliteCalls;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.connection.StoreCondition;
import dev.holdfast.server.store.sqlite.directory.DiskTrouble;
import dev.holdfast.server.store.sqlite.directory.OpenFiles;
import dev.holdfast.server.store.sqlite.memtable.Memtable;
import dev.holdfast.server.store.sqlite.memtable.RecoveryPoint;
import dev.holdfast.server.store.sqlite.releases.ReleaseHashes;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import dev.holdfast.server.store.sqlite.releases.RunRows;
import dev.holdfast.server.store.sqlite.rows.LedgerRow;
import dev.holdfast.server.store.sqlite.rows.ServedTime;
import dev.holdfast.server.store.sqlite.rows.SqliteEvents;
import dev.holdfast.server.store.sqlite.rows.SqliteKeys;
import dev.holdfast.server.store.sqlite.rows.SqliteOffers;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
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

  private static final long SLOW_NANOS = 5_000_000_000L;

  /** How many can read at a time; as many threads of the server do. */
  public static final int READERS = 4;

  private final Path database;
  private SqliteConnection writer;

  /** Null where the store was opened to be looked at: who changes nothing needs no index. */
  private volatile @Nullable ReleaseIndex history;

  /** Also asked by those who read. */
  private volatile Memtable memtable;

  private final StoreCondition condition;
  private final SqliteCalls calls;
  private final Checkpointer checkpoints;
  private final WriterCache cache = new WriterCache();
  private final ReleaseIndex.Room historyRoom;
  private final int memtableCapacity;
  private final Readers readers;
  private final LongReads longReads;
  private final DamageCheck damageCheck;
  private final Scrub scrub;

  /** Open for as long as the store is, and closed last. */
  private final SqliteConnection checkpointer;

  /** When the probe began that is under way, in {@link System#nanoTime()}; null for none. */
  private volatile @Nullable Long probingSinceNanos;

  private SqliteStore(
      Path database,
      SqliteConnection writer,
      StoreCondition condition,
      SqliteCalls calls,
      @Nullable ReleaseIndex history,
      ReleaseIndex.Room historyRoom,
      int memtableCapacity)
      throws SQLException {
    this.database = database;
    this.writer = writer;
    this.condition = condition;
    this.calls = calls;
    this.history = history;
    this.historyRoom = historyRoom;
    this.memtableCapacity = memtableCapacity;
    this.memtable = Memtable.recover(writer, memtableCapacity);
    this.readers = new Readers(READERS, this::reader, condition);
    this.longReads = new LongReads(this::reader, condition);
    this.damageCheck = new DamageCheck(longReads, condition);
    this.scrub = new Scrub(readers, this::noticeIndexDamage);
    this.checkpointer = SqliteConnection.checkpointer(database);
    this.checkpoints =
        new Checkpointer(
            database, checkpointer, Checkpointer.PAGES, condition, readers, longReads, calls);
  }

  /**
   * Opens a database, makes it where it is missing, and brings it to the newest schema.
   *
   * @param fatalErrors who ends the process where the disk may have lost what was written
   * @throws IllegalStateException where a newer program wrote it
   */
  public static SqliteStore open(Path database, FatalErrors fatalErrors) {
    return open(
        database, ReleaseIndex.Room.DEFAULT, Memtable.CAPACITY, fatalErrors, SqliteCalls.REAL);
  }

  /** The same for one who is thrown what is fatal. */
  public static SqliteStore open(Path database) {
    return open(database, ReleaseIndex.Room.DEFAULT, Memtable.CAPACITY);
  }

  /** The same with less room for what is recent or in memory, so that a test sees it overflow. */
  public static SqliteStore open(
      Path database, ReleaseIndex.Room historyRoom, int memtableCapacity) {
    return open(database, historyRoom, memtableCapacity, SqliteStore::thrown, SqliteCalls.REAL);
  }

  private static void thrown(StoreException e) {
    throw e;
  }

  public static SqliteStore open(
      Path database,
      ReleaseIndex.Room historyRoom,
      int memtableCapacity,
      FatalErrors fatalErrors,
      SqliteCalls calls) {
    return open(
        database,
        SqliteConnection.writer(database),
        fatalErrors,
        (writer, condition) -> {
          prepare(writer);
          syncWhatWasRecovered(writer, condition, calls);
          ReleaseIndex history = ReleaseIndex.load(writer, historyRoom);
          return new SqliteStore(
              database, writer, condition, calls, history, historyRoom, memtableCapacity);
        });
  }

  /**
   * Opens a database to look at it. What is fatal is thrown.
   *
   * @throws IllegalStateException where its schema is not the newest: to look is not to change
   */
  public static SqliteStore openAsItIs(Path database) {
    return open(
        database,
        SqliteConnection.writer(database),
        SqliteStore::thrown,
        (writer, condition) -> {
          long found = writer.number("PRAGMA user_version");
          if (found != SCHEMA.version()) {
            throw new IllegalStateException(
                "the store has schema version "
                    + found
                    + ", but this program verifies version "
                    + SCHEMA.version()
                    + (found < SCHEMA.version()
                        ? "; start 'serve' on it once, which brings it there, and verify it then"
                        : "; run the program that wrote it, or a newer one"));
          }
          return new SqliteStore(
              database,
              writer,
              condition,
              SqliteCalls.REAL,
              null,
              ReleaseIndex.Room.DEFAULT,
              Memtable.CAPACITY);
        });
  }

  private interface Opening {
    SqliteStore store(SqliteConnection writer, StoreCondition condition) throws SQLException;
  }

  private static SqliteStore open(
      Path database, SqliteConnection writer, FatalErrors fatalErrors, Opening opening) {
    StoreCondition condition;
    try {
      // The first that it reads opens the log.
      writer.number("PRAGMA user_version");
      condition = new StoreCondition(new OpenFiles(database), fatalErrors);
    } catch (IOException | SQLException e) {
      writer.close();
      throw StoreException.notApplied("cannot look at " + database, e);
    }
    try {
      return opening.store(writer, condition);
    } catch (SQLException e) {
      StoreException failure = condition.failed("cannot open " + database, e);
      closeUnlessHalted(writer, condition);
      throw failure;
    } catch (RuntimeException e) {
      closeUnlessHalted(writer, condition);
      throw e;
    }
  }

  /** The last connection to close would take the log into the database, and for done. */
  private static void closeUnlessHalted(SqliteConnection writer, StoreCondition condition) {
    if (!condition.halted()) {
      writer.close();
    }
  }

  /**
   * What a crash left in the log may have been read from memory though no disk has it, where a sync
   * had failed. So all of it is written to the database, and synced, before anybody is told of it.
   */
  private static void syncWhatWasRecovered(
      SqliteConnection writer, StoreCondition condition, SqliteCalls calls) {
    try {
      calls.checkpoint(writer, "PASSIVE");
    } catch (SQLException e) {
      StoreException failure = condition.checkpointFailed(e);
      if (condition.halted()) {
        throw failure;
      }
      LOGGER.warn("the log of the last run stays until there is room", failure);
    }
  }

  /** What SQLite finds wrong with its own file; empty where it is sound. */
  public List<String> damage() {
    return readers.read(
        connection -> {
          List<String> lines =
              SqliteConnection.rows(
                  connection.prepared("PRAGMA integrity_check"), row -> row.getString(1));
          return lines.equals(List.of("ok")) ? List.of() : lines;
        });
  }

  /** What is damaged of all that belongs to no repository that exists, and is to be recounted. */
  public List<Recount.Problem> damagedRest() {
    return longReads.read("cannot look at all rows", SqliteRecount::rest);
  }

  /** Recounts one repository after the other. */
  public void recountAll(Consumer<Recount> recounts) {
    String after = "";
    List<String> page = repositoryIds(after);
    while (!page.isEmpty()) {
      page.forEach(id -> recounts.accept(requireNonNull(recount(id, false))));
      after = page.get(page.size() - 1);
      page = repositoryIds(after);
    }
  }

  /** Also of those whose rows are damaged. */
  private List<String> repositoryIds(String afterId) {
    return readers.read(
        connection -> {
          PreparedStatement query =
              connection.prepared(
                  "SELECT repository_id FROM repositories WHERE repository_id > ? AND deleted = 0"
                      + " ORDER BY repository_id LIMIT 1000");
          query.setString(1, afterId);
          return SqliteConnection.rows(query, row -> row.getString(1));
        });
  }

  /** Brings a database to the newest schema, and gives it an identity where it has none. */
  public static void prepare(SqliteConnection writer) throws SQLException {
    migrate(writer, SCHEMA);
    LedgerRow.makeIfMissing(writer);
    ReleaseHashes.makeIfMissing(writer);
  }

  /**
   * Whether a database has nothing in it yet.
   *
   * @throws IllegalStateException where a newer program wrote it
   */
  public static boolean isFresh(SqliteConnection connection) throws SQLException {
    int found = (int) connection.number("PRAGMA user_version");
    return SCHEMA.scriptsFrom(found).size() == SCHEMA.version();
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
    SqliteConnection connection = usableWriter();
    checkpoints.beforeTransaction(connection);
    return begin(connection);
  }

  private SqliteTransaction begin(SqliteConnection connection) {
    return SqliteTransaction.begin(
        connection,
        requireNonNull(history, "opened to be looked at"),
        memtable,
        cache,
        condition,
        calls);
  }

  /** The connection that writes, with nothing in doubt. */
  private SqliteConnection usableWriter() {
    condition.requireWritable();
    ReleaseIndex index = history;
    if (index != null && index.damaged() && !writer.isClosed()) {
      writer.close();
    }
    if (writer.isClosed()) {
      reopen();
    }
    if (condition.unsettled()) {
      settleOutcome();
    }
    return writer;
  }

  private void settleOutcome() {
    // Where the failed commit stands in the log, though not as committed, this takes its place.
    try {
      commitNothing();
    } catch (StoreException e) {
      if (!DiskTrouble.isFull(e) || hasPagesBehindEnd()) {
        throw StoreException.notApplied("cannot settle the outcome of a commit", e);
      }
    }
    condition.settled();
  }

  /**
   * Whether the log has pages behind what was committed, which then can be written over however
   * full the disk is. So that keeps nobody from reading.
   */
  private boolean hasPagesBehindEnd() {
    if (writer.isClosed()) {
      reopen();
    }
    try {
      return calls.checkpoint(writer, "NOOP").hasPagesBehindEnd(writer);
    } catch (IOException | SQLException e) {
      LOGGER.debug("cannot look at the log", e);
      return true;
    }
  }

  /** Commits, and alters nothing. */
  private void commitNothing() {
    try (SqliteTransaction transaction = begin(writer)) {
      transaction.number();
      transaction.commit();
    }
  }

  @Override
  public void tend() {
    if (checkpoints.whenIdle(usableWriter())) {
      commitNothing();
    }
  }

  /** After a failure that closed the connection: what is kept in memory is read again. */
  private void reopen() {
    SqliteConnection opened = opened(() -> SqliteConnection.writerAgain(database));
    try {
      if (history != null && history.damaged()) {
        RunRows.deleteAll(opened);
      }
      history = ReleaseIndex.load(opened, historyRoom);
      Memtable recovered = Memtable.recover(opened, memtableCapacity);
      memtable.retire();
      memtable = recovered;
      cache.clear();
      writer = opened;
    } catch (SQLException e) {
      opened.close();
      throw condition.failed("cannot open " + database, e);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private SqliteConnection reader() {
    return opened(() -> SqliteConnection.reader(database));
  }

  /** Opens a connection, to the files that the others have open. */
  private SqliteConnection opened(Supplier<SqliteConnection> opening) {
    condition.look();
    if (!condition.replaced()) {
      SqliteConnection opened = opening.get();
      condition.look();
      if (!condition.replaced()) {
        return opened;
      }
      // It stays open: to close the only one to the files of somebody else is to write into them.
    }
    throw StoreException.refused(condition.trouble());
  }

  private void noticeIndexDamage() {
    ReleaseIndex index = history;
    if (index != null) {
      index.noticeDamage();
    }
  }

  @Override
  public void scrub() {
    var unused = scrub.step();
    damageCheck.settle();
  }

  /** Looks at all rows at once. */
  void scrubAll() {
    while (scrub.step()) {
      // Looks on.
    }
    damageCheck.settle();
  }

  @Override
  public void probe() {
    condition.look();
    probingSinceNanos = System.nanoTime();
    try {
      readers.read(RecoveryPoint::quietCommits);
    } catch (StoreException e) {
      LOGGER.debug("the probe failed", e);
    } finally {
      probingSinceNanos = null;
    }
  }

  @Override
  public String trouble() {
    Long since = probingSinceNanos;
    if (since != null && System.nanoTime() - since > SLOW_NANOS) {
      return "a read takes too long";
    }
    String trouble = condition.trouble();
    if (!trouble.isEmpty()) {
      return trouble;
    } else if (readers.failing()) {
      return "reads fail";
    }
    StoreException.Damage hiding = condition.hiding();
    return hiding == null ? "" : hiding.subject();
  }

  /** What was looked for; null where it is known not to be there. */
  private <T> @Nullable T found(Optional<T> found) {
    if (found.isEmpty()) {
      condition.requireNothingHidden();
    }
    return found.orElse(null);
  }

  @Override
  public @Nullable Repository repository(String repositoryId) {
    return found(readers.read(connection -> SqliteReads.repository(connection, repositoryId)));
  }

  @Override
  public List<Repository> repositories(String afterId, int limit) {
    condition.requireNothingHidden();
    return readers.read(connection -> SqliteReads.repositories(connection, afterId, limit));
  }

  @Override
  public @Nullable Reservation reservation(String repositoryId, Slot slot) {
    return found(
        readers.readInOneSnapshot(
            connection -> SqliteReads.reservation(connection, memtable, repositoryId, slot)));
  }

  @Override
  public ReservationsPage reservations(ReservationsQuery query) {
    condition.requireNothingHidden();
    return readers.readInOneSnapshot(
        connection -> SqliteReads.reservations(connection, memtable, query));
  }

  @Override
  public @Nullable EventsPage events(EventsQuery query) {
    condition.requireNothingHidden();
    return found(readers.readInOneSnapshot(connection -> new SqliteEvents(connection).page(query)));
  }

  @Override
  public List<ExpireLeases> expiredLeases(long nowMicros, int limit) {
    return readers.readInOneSnapshot(
        connection -> SqliteReads.expiredLeases(connection, memtable, nowMicros, limit));
  }

  @Override
  public long servedMicros() {
    return readers.read(connection -> new ServedTime(connection).micros());
  }

  @Override
  public @Nullable Offer offer(String repositoryId, String offerId) {
    return found(
        readers.readInOneSnapshot(
            connection ->
                new SqliteOffers(connection)
                    .one(SqliteReads.number(connection, repositoryId), offerId)));
  }

  @Override
  public List<Offer> offers(String repositoryId, String afterId, int limit) {
    condition.requireNothingHidden();
    return readers.readInOneSnapshot(
        connection ->
            new SqliteOffers(connection)
                .page(SqliteReads.number(connection, repositoryId), afterId, limit));
  }

  @Override
  public @Nullable Entry entry(String repositoryId, String key) {
    return found(
        readers.readInOneSnapshot(
            connection ->
                SqliteKeys.entry(connection, SqliteReads.number(connection, repositoryId), key)));
  }

  @Override
  public List<String> keys(String repositoryId, String prefix, String afterKey, int limit) {
    condition.requireNothingHidden();
    return readers.readInOneSnapshot(
        connection ->
            SqliteKeys.keys(
                connection, SqliteReads.number(connection, repositoryId), prefix, afterKey, limit));
  }

  @Override
  public void survey(String repositoryId, long afterRevision, RepositoryVisitor survey) {
    condition.requireNothingHidden();
    longReads.read(
        "cannot go through a repository",
        connection -> {
          SqliteSurvey.survey(connection, memtable, repositoryId, afterRevision, survey);
          return true;
        });
  }

  @Override
  public void reservedIndexes(String repositoryId, String requestId, LongConsumer slotIndexes) {
    longReads.read(
        "cannot go through a request",
        connection -> {
          SqliteSurvey.reservedIndexes(connection, memtable, repositoryId, requestId, slotIndexes);
          return true;
        });
  }

  @Override
  public @Nullable Recount recount(String repositoryId) {
    return recount(repositoryId, true);
  }

  private @Nullable Recount recount(String repositoryId, boolean withIndex) {
    return longReads
        .read(
            "cannot recount",
            connection ->
                SqliteRecount.recount(connection, memtableCapacity, repositoryId, withIndex))
        .orElse(null);
  }

  /**
   * How far it has come. Refused where its files were removed or replaced.
   *
   * @param before where it was when it was looked at last
   */
  public StorePosition position(StorePosition before) {
    condition.look();
    return readers.readInOneSnapshot(connection -> StorePosition.after(before, connection));
  }

  /** Returns the memtable; another one after a failed commit. */
  public Memtable memtable() {
    return memtable;
  }

  /** Everything that was asked so far and is asked again and again. For when nobody reads. */
  Set<String> statements() {
    Set<String> statements = new TreeSet<>(writer.statements());
    statements.addAll(readers.statements());
    return statements;
  }

  /** After a good end all reservations have a row, to be looked at, and a start reads no events. */
  private void flushAll() {
    if (history == null) {
      return;
    }
    try (SqliteTransaction transaction = begin(usableWriter())) {
      transaction.flushAll();
      transaction.commit();
    } catch (RuntimeException e) {
      LOGGER.warn("the youngest reservations got no rows; the next start reads their events", e);
    }
  }

  /**
   * Ends it. Where the files can no longer be relied on, nothing is closed, as the last connection
   * to close writes: the log has everything.
   *
   * @throws StoreException where it did not end well
   */
  @Override
  public void close() {
    condition.look();
    if (!condition.halted() && !condition.replaced()) {
      flushAll();
      checkpoints.close();
    }
    if (condition.halted() || condition.replaced()) {
      throw StoreException.refused("the store was left as it is: " + condition.trouble());
    }
    readers.close();
    SqliteConnection last = writer.isClosed() ? SqliteConnection.writerAgain(database) : writer;
    takeLog(last);
    last.close();
    checkpointer.close();
  }

  /** What the last connection to close would do too, but keep to itself that it failed. */
  private void takeLog(SqliteConnection connection) {
    try {
      calls.checkpoint(connection, "PASSIVE");
    } catch (SQLException e) {
      StoreException failure = condition.checkpointFailed(e);
      if (!LostWrites.isFullDisk(e)) {
        throw failure;
      }
      LOGGER.warn("the log stays until the next start, as the disk is full", failure);
    }
  }
}
