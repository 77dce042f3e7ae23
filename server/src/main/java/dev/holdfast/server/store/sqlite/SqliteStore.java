package dev.holdfast.server.store.sqlite;

import static java.util.Objects.requireNonNull;

import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases;
import dev.holdfast.server.ledger.view.RepositoryVisitor;
import dev.holdfast.server.store.FatalErrors;
import dev.holdfast.server.store.sqlite.connection.Checkpointer;
import dev.holdfast.server.store.sqlite.connection.DamageCheck;
import dev.holdfast.server.store.sqlite.connection.LongReads;
import dev.holdfast.server.store.sqlite.connection.Readers;
import dev.holdfast.server.store.sqlite.connection.SqliteCalls;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.connection.StoreCondition;
import dev.holdfast.server.store.sqlite.directory.OpenFiles;
import dev.holdfast.server.store.sqlite.memtable.Memtable;
import dev.holdfast.server.store.sqlite.memtable.RecoveryPoint;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import dev.holdfast.server.store.sqlite.rows.ServedTime;
import dev.holdfast.server.store.sqlite.rows.SqliteEvents;
import dev.holdfast.server.store.sqlite.rows.SqliteKeys;
import dev.holdfast.server.store.sqlite.rows.SqliteOffers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the ledger in one SQLite file with a WAL. One connection writes; several others read
 * beside it, each on a snapshot of the last commit.
 */
public final class SqliteStore implements LedgerStore {
  private static final Logger LOGGER = LoggerFactory.getLogger(SqliteStore.class);

  private static final long SLOW_READ_NANOS = 5_000_000_000L;

  /** The number of concurrent reads, and of the server's threads for them. */
  public static final int READERS = 4;

  private final Path database;
  private final WriterConnection writer;
  private final SqliteMaintenance maintenance;
  private final StoreCondition condition;
  private final Checkpointer checkpointer;
  private final Readers readers;
  private final LongReads longReads;
  private final DamageCheck damageCheck;
  private final Scrub scrub;

  /** Stays open as long as the store, and is closed last. */
  private final SqliteConnection checkpointConnection;

  /** The start of the running probe, in {@link System#nanoTime()}; null for none. */
  private volatile @Nullable Long probeStartNanos;

  private SqliteStore(
      Path database,
      SqliteConnection connection,
      StoreCondition condition,
      SqliteCalls calls,
      @Nullable ReleaseIndex releaseIndex,
      ReleaseIndex.Limits releaseLimits,
      int memtableCapacity)
      throws SQLException {
    // First, because it may find damage, and nothing else is open yet.
    Memtable memtable = Memtable.recover(connection, memtableCapacity);
    this.database = database;
    this.condition = condition;
    this.readers = new Readers(READERS, this::reader, condition);
    this.longReads = new LongReads(this::reader, condition);
    this.damageCheck = new DamageCheck(longReads, condition);
    this.checkpointConnection = SqliteConnection.checkpointer(database);
    this.checkpointer =
        new Checkpointer(
            database,
            checkpointConnection,
            Checkpointer.PAGES,
            condition,
            readers,
            longReads,
            calls);
    this.writer =
        new WriterConnection(
            database,
            connection,
            condition,
            calls,
            checkpointer,
            memtable,
            releaseIndex,
            releaseLimits,
            memtableCapacity);
    this.maintenance = new SqliteMaintenance(writer);
    this.scrub = new Scrub(readers, writer::noticeIndexDamage);
  }

  /**
   * Opens a database; creates it if it is missing, and migrates it to the newest schema.
   *
   * @param fatalErrors ends the process when the disk may have lost written data
   * @throws IllegalStateException if a newer program wrote the database
   */
  public static SqliteStore open(Path database, FatalErrors fatalErrors) {
    return open(
        database, ReleaseIndex.Limits.DEFAULT, Memtable.CAPACITY, fatalErrors, SqliteCalls.REAL);
  }

  /** Opens a database; throws fatal errors. */
  public static SqliteStore open(Path database) {
    return open(database, ReleaseIndex.Limits.DEFAULT, Memtable.CAPACITY);
  }

  /** Opens a database with other limits; tests use low ones, to exceed them. */
  public static SqliteStore open(
      Path database, ReleaseIndex.Limits releaseLimits, int memtableCapacity) {
    return open(database, releaseLimits, memtableCapacity, SqliteStore::rethrow, SqliteCalls.REAL);
  }

  private static void rethrow(StoreException e) {
    throw e;
  }

  public static SqliteStore open(
      Path database,
      ReleaseIndex.Limits releaseLimits,
      int memtableCapacity,
      FatalErrors fatalErrors,
      SqliteCalls calls) {
    return open(
        database,
        OpenFiles::new,
        SqliteConnection.writer(database),
        fatalErrors,
        (writer, condition) -> {
          SqliteSchema.prepare(writer);
          syncRecoveredWal(writer, condition, calls);
          ReleaseIndex releaseIndex = ReleaseIndex.load(writer, releaseLimits);
          return new SqliteStore(
              database, writer, condition, calls, releaseIndex, releaseLimits, memtableCapacity);
        });
  }

  /**
   * Opens a database for verification, without changing it. Throws fatal errors.
   *
   * @throws IllegalStateException if the schema is not the newest one; a migration would change the
   *     database
   */
  public static SqliteStore openForVerification(Path database) {
    return openForVerification(database, OpenFiles::new);
  }

  /**
   * Opens a copy that this process made, as {@link #openForVerification} does. Nobody else replaces
   * its files, and an interruption of this process deletes them, which is no failure of the store.
   */
  public static SqliteStore openCopyForVerification(Path copy) {
    return openForVerification(copy, file -> OpenFiles.unwatched());
  }

  private static SqliteStore openForVerification(Path database, Watching watching) {
    return open(
        database,
        watching,
        SqliteConnection.existingWriter(database),
        SqliteStore::rethrow,
        (writer, condition) -> {
          SqliteSchema.requireNewest(writer);
          return new SqliteStore(
              database,
              writer,
              condition,
              SqliteCalls.REAL,
              null,
              ReleaseIndex.Limits.DEFAULT,
              Memtable.CAPACITY);
        });
  }

  private interface Watching {
    OpenFiles files(Path database) throws IOException;
  }

  private interface Opening {
    SqliteStore store(SqliteConnection writer, StoreCondition condition) throws SQLException;
  }

  private static SqliteStore open(
      Path database,
      Watching watching,
      SqliteConnection writer,
      FatalErrors fatalErrors,
      Opening opening) {
    StoreCondition condition;
    try {
      // The first read opens the WAL.
      writer.number("PRAGMA user_version");
      condition = new StoreCondition(watching.files(database), fatalErrors);
    } catch (IOException | SQLException e) {
      writer.close();
      throw StoreException.notApplied("cannot read " + database, e);
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

  /**
   * Closes a connection, unless the process must stop: the last connection to close checkpoints and
   * deletes the WAL.
   */
  private static void closeUnlessHalted(SqliteConnection writer, StoreCondition condition) {
    if (!condition.halted()) {
      writer.close();
    }
  }

  /**
   * Checkpoints the WAL that a crash left. After a failed sync, it may have been read from memory
   * although the disk does not contain it. So all of it is written to the database and synced
   * before anything is returned to a caller.
   */
  private static void syncRecoveredWal(
      SqliteConnection writer, StoreCondition condition, SqliteCalls calls) {
    try {
      calls.checkpoint(writer, "PASSIVE");
    } catch (SQLException e) {
      StoreException failure = condition.checkpointFailed(e);
      if (condition.halted()) {
        throw failure;
      }
      LOGGER.warn("disk full; keeping the WAL of the last run until there is space", failure);
    }
  }

  /** Returns the result of SQLite's integrity check; empty if the file is intact. */
  public List<String> damage() {
    return readers.read(
        connection -> {
          List<String> lines =
              SqliteConnection.rows(
                  connection.prepared("PRAGMA integrity_check"), row -> row.getString(1));
          return lines.equals(List.of("ok")) ? List.of() : lines;
        });
  }

  /** Returns the damaged rows that belong to no existing repository. */
  public List<Recount.Problem> damagedRest() {
    return longReads.read("cannot check all rows", SqliteRecount::rest);
  }

  /** Recounts all repositories, one after the other. */
  public void recountAll(Consumer<Recount> recounts) {
    String after = "";
    List<String> page = repositoryIds(after);
    while (!page.isEmpty()) {
      page.forEach(id -> recounts.accept(requireNonNull(recount(id, false))));
      after = page.get(page.size() - 1);
      page = repositoryIds(after);
    }
  }

  /** Returns a page of repository ids, including repositories with damaged rows. */
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

  @Override
  public Transaction begin(SortedSet<String> repositoryIds) {
    return writer.begin();
  }

  @Override
  public Maintenance maintenance() {
    return maintenance;
  }

  private SqliteConnection reader() {
    return condition.open(() -> SqliteConnection.reader(database));
  }

  @Override
  public void scrub() {
    var unused = scrub.step();
    damageCheck.checkIfSuspected();
  }

  /** Checks all rows at once. */
  void scrubAll() {
    while (scrub.step()) {
      // Continues with the next rows.
    }
    damageCheck.checkIfSuspected();
  }

  @Override
  public void probe() {
    condition.checkFiles();
    probeStartNanos = System.nanoTime();
    try {
      readers.read(RecoveryPoint::quietCommits);
    } catch (StoreException e) {
      LOGGER.debug("probe failed", e);
    } finally {
      probeStartNanos = null;
    }
  }

  @Override
  public String trouble() {
    Long startNanos = probeStartNanos;
    if (startNanos != null && System.nanoTime() - startNanos > SLOW_READ_NANOS) {
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

  /** Returns the result of a lookup; null if the row is known not to exist. */
  private <T> @Nullable T found(Optional<T> found) {
    if (found.isEmpty()) {
      condition.requireNoHiddenRows();
    }
    return found.orElse(null);
  }

  @Override
  public @Nullable Repository repository(String repositoryId) {
    return found(readers.read(connection -> SqliteReads.repository(connection, repositoryId)));
  }

  @Override
  public List<Repository> repositories(String afterId, int limit) {
    condition.requireNoHiddenRows();
    return readers.read(connection -> SqliteReads.repositories(connection, afterId, limit));
  }

  @Override
  public @Nullable Reservation reservation(String repositoryId, Slot slot) {
    return found(
        readers.readInOneSnapshot(
            connection ->
                SqliteReads.reservation(connection, writer.memtable(), repositoryId, slot)));
  }

  @Override
  public ReservationsPage reservations(ReservationsQuery query) {
    condition.requireNoHiddenRows();
    return readers.readInOneSnapshot(
        connection -> SqliteReads.reservations(connection, writer.memtable(), query));
  }

  @Override
  public @Nullable EventsPage events(EventsQuery query) {
    condition.requireNoHiddenRows();
    return found(readers.readInOneSnapshot(connection -> new SqliteEvents(connection).page(query)));
  }

  @Override
  public List<SpaceUse> spaceUse(List<String> repositoryIds) {
    return longReads.read(
        "cannot sum reservations",
        connection -> StateCounting.spaceUse(connection, writer.memtable(), repositoryIds));
  }

  @Override
  public Map<String, StateCount> countStates() {
    return longReads.read(
        "cannot count reservations",
        connection -> StateCounting.countStates(connection, writer.memtable()));
  }

  @Override
  public List<ExpireLeases> expiredLeases(long nowMicros, int limit) {
    return readers.readInOneSnapshot(
        connection -> SqliteReads.expiredLeases(connection, writer.memtable(), nowMicros, limit));
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
    condition.requireNoHiddenRows();
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
    condition.requireNoHiddenRows();
    return readers.readInOneSnapshot(
        connection ->
            SqliteKeys.keys(
                connection, SqliteReads.number(connection, repositoryId), prefix, afterKey, limit));
  }

  @Override
  public void visitRepository(String repositoryId, long afterRevision, RepositoryVisitor visitor) {
    condition.requireNoHiddenRows();
    longReads.read(
        "cannot read a repository",
        connection -> {
          RepositoryScan.visitRepository(
              connection, writer.memtable(), repositoryId, afterRevision, visitor);
          return true;
        });
  }

  @Override
  public void reservedIndexes(String repositoryId, String requestId, LongConsumer slotIndexes) {
    longReads.read(
        "cannot read a request",
        connection -> {
          RepositoryScan.reservedIndexes(
              connection, writer.memtable(), repositoryId, requestId, slotIndexes);
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
                SqliteRecount.recount(
                    connection, writer.memtableCapacity(), repositoryId, withIndex))
        .orElse(null);
  }

  /**
   * Returns the position of the store. Fails if its files were removed or replaced.
   *
   * @param before an earlier position; only later events are read
   */
  public StorePosition position(StorePosition before) {
    condition.checkFiles();
    return readers.readInOneSnapshot(connection -> StorePosition.after(before, connection));
  }

  /**
   * Returns the sizes of the store.
   *
   * @throws IOException if the file system does not tell them
   */
  public StoreSizes sizes() throws IOException {
    Path wal = database.resolveSibling(database.getFileName() + "-wal");
    ReleaseIndex.Sizes releases = writer.releaseSizes();
    return new StoreSizes(
        Files.size(database),
        Files.exists(wal) ? Files.size(wal) : 0,
        Files.getFileStore(database).getUsableSpace(),
        writer.memtable().entryCount(),
        releases.entryCount(),
        releases.runCount());
  }

  /** Returns the memtable; a failed commit replaces it. */
  public Memtable memtable() {
    return writer.memtable();
  }

  /** Returns the SQL of all prepared statements. For tests, while no read runs. */
  Set<String> statements() {
    Set<String> statements = new TreeSet<>(writer.statements());
    statements.addAll(readers.statements());
    return statements;
  }

  /**
   * Closes the store. If the files are no longer reliable, no connection is closed, because the
   * last connection to close writes; the WAL contains everything.
   *
   * @throws StoreException if the store could not be closed cleanly
   */
  @Override
  public void close() {
    condition.checkFiles();
    if (!condition.halted() && !condition.replaced()) {
      writer.flushAll();
      checkpointer.close();
    }
    if (condition.halted() || condition.replaced()) {
      throw StoreException.refused("store left unchanged at close: " + condition.trouble());
    }
    readers.close();
    writer.close();
    checkpointConnection.close();
  }
}
