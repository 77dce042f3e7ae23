package dev.holdfast.server.store.sqlite;

import static java.util.Objects.requireNonNull;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.sqlite.connection.Checkpointer;
import dev.holdfast.server.store.sqlite.connection.LostWrites;
import dev.holdfast.server.store.sqlite.connection.SqliteCalls;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.connection.StoreCondition;
import dev.holdfast.server.store.sqlite.directory.DiskTrouble;
import dev.holdfast.server.store.sqlite.memtable.Memtable;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import dev.holdfast.server.store.sqlite.releases.RunRows;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection that writes, and the state in memory that belongs to it: release index, memtable
 * and cache. A failure that makes them unreliable closes the connection; the next transaction opens
 * it again and reloads them. For the ledger's writer thread, except where a method says otherwise.
 */
final class WriterConnection {
  private static final Logger LOGGER = LoggerFactory.getLogger(WriterConnection.class);

  private final Path database;
  private final StoreCondition condition;
  private final SqliteCalls calls;
  private final Checkpointer checkpointer;
  private final ReleaseIndex.Limits releaseLimits;
  private final int memtableCapacity;
  private final WriterCache cache = new WriterCache();
  private SqliteConnection connection;

  /** Null if the store was opened for verification, which changes nothing and needs no index. */
  private volatile @Nullable ReleaseIndex releaseIndex;

  /** Also used by readers. */
  private volatile Memtable memtable;

  WriterConnection(
      Path database,
      SqliteConnection connection,
      StoreCondition condition,
      SqliteCalls calls,
      Checkpointer checkpointer,
      Memtable memtable,
      @Nullable ReleaseIndex releaseIndex,
      ReleaseIndex.Limits releaseLimits,
      int memtableCapacity) {
    this.database = database;
    this.connection = connection;
    this.condition = condition;
    this.calls = calls;
    this.checkpointer = checkpointer;
    this.releaseIndex = releaseIndex;
    this.releaseLimits = releaseLimits;
    this.memtableCapacity = memtableCapacity;
    this.memtable = memtable;
  }

  /** Returns the memtable; a failed commit replaces it. Any thread may call it. */
  Memtable memtable() {
    return memtable;
  }

  /** Returns the number of entries that the memtable holds. */
  int memtableCapacity() {
    return memtableCapacity;
  }

  /** Reports damage of the release index, which is then rebuilt. Any thread may call it. */
  void noticeIndexDamage() {
    ReleaseIndex index = releaseIndex;
    if (index != null) {
      index.noticeDamage();
    }
  }

  /** Returns the sizes of the release index. Any thread may call it. */
  ReleaseIndex.Sizes releaseSizes() {
    ReleaseIndex index = releaseIndex;
    return index == null ? new ReleaseIndex.Sizes(0, 0) : index.sizes();
  }

  /** Returns the SQL of all prepared statements. */
  Set<String> statements() {
    return connection.statements();
  }

  /** Begins a transaction. */
  SqliteTransaction begin() {
    SqliteConnection usable = usableConnection();
    checkpointer.beforeTransaction(usable);
    return begin(usable);
  }

  private SqliteTransaction begin(SqliteConnection usable) {
    return SqliteTransaction.begin(
        usable,
        requireNonNull(releaseIndex, "opened for verification"),
        memtable,
        cache,
        condition,
        calls);
  }

  /** Returns the connection that writes, after resolving an unknown outcome of the last commit. */
  private SqliteConnection usableConnection() {
    condition.requireWritable();
    ReleaseIndex index = releaseIndex;
    if (index != null && index.damaged() && !connection.isClosed()) {
      connection.close();
    }
    if (connection.isClosed()) {
      reopen();
    }
    if (condition.commitOutcomeUnknown()) {
      resolveCommitOutcome();
    }
    return connection;
  }

  private void resolveCommitOutcome() {
    // If the WAL contains the failed commit in part, this commit overwrites it.
    try {
      commitNothing();
    } catch (StoreException e) {
      if (!DiskTrouble.isFull(e) || hasSpareWalPages()) {
        throw StoreException.notApplied("cannot resolve the outcome of a commit", e);
      }
    }
    condition.commitOutcomeResolved();
  }

  /**
   * Returns whether the WAL file has pages after its last commit, which can be overwritten even on
   * a full disk. If not, the full disk need not block reads.
   */
  private boolean hasSpareWalPages() {
    if (connection.isClosed()) {
      reopen();
    }
    try {
      return calls.checkpoint(connection, "NOOP").hasPagesBehindEnd(connection);
    } catch (IOException | SQLException e) {
      LOGGER.debug("cannot read the state of the WAL", e);
      return true;
    }
  }

  /** Commits without a change. */
  private void commitNothing() {
    try (SqliteTransaction transaction = begin(connection)) {
      transaction.countAsQuiet();
      transaction.commit();
    }
  }

  /** Checkpoints an idle WAL, and resolves an unknown outcome of the last commit. */
  void tend() {
    if (checkpointer.whenIdle(usableConnection())) {
      commitNothing();
    }
  }

  /**
   * Opens the connection that writes again after a failure closed it, and reloads the state in
   * memory.
   */
  private void reopen() {
    SqliteConnection opened = condition.open(() -> SqliteConnection.existingWriter(database));
    try {
      if (releaseIndex != null && releaseIndex.damaged()) {
        RunRows.deleteAll(opened);
      }
      releaseIndex = ReleaseIndex.load(opened, releaseLimits);
      Memtable recovered = Memtable.recover(opened, memtableCapacity);
      memtable.retire();
      memtable = recovered;
      cache.clear();
      connection = opened;
    } catch (SQLException e) {
      opened.close();
      throw condition.failed("cannot open " + database, e);
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /**
   * Flushes all recent reservations at a clean shutdown, so that every reservation has a row and a
   * start replays no events.
   */
  void flushAll() {
    if (releaseIndex == null) {
      return;
    }
    try (SqliteTransaction transaction = begin(usableConnection())) {
      transaction.flushAll();
      transaction.commit();
    } catch (RuntimeException e) {
      LOGGER.warn("cannot flush recent reservations; the next start replays their events", e);
    }
  }

  /** Checkpoints the WAL and closes the connection. */
  void close() {
    SqliteConnection last =
        connection.isClosed() ? SqliteConnection.existingWriter(database) : connection;
    checkpointAtClose(last);
    last.close();
  }

  /**
   * Checkpoints the WAL. The last connection to close would do it too, but without reporting a
   * failure.
   */
  private void checkpointAtClose(SqliteConnection last) {
    try {
      calls.checkpoint(last, "PASSIVE");
    } catch (SQLException e) {
      StoreException failure = condition.checkpointFailed(e);
      if (!LostWrites.isFullDisk(e)) {
        throw failure;
      }
      LOGGER.warn("disk full; keeping the WAL until the next start", failure);
    }
  }
}
