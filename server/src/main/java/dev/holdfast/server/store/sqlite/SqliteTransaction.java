package dev.holdfast.server.store.sqlite;

import static java.util.Objects.requireNonNull;

import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.LoadedBooks;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.store.sqlite.connection.SqliteCalls;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.connection.SqliteFreePages;
import dev.holdfast.server.store.sqlite.connection.StoreCondition;
import dev.holdfast.server.store.sqlite.directory.DiskTrouble;
import dev.holdfast.server.store.sqlite.memtable.Memtable;
import dev.holdfast.server.store.sqlite.memtable.MemtableDelta;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import dev.holdfast.server.store.sqlite.releases.SlotPasts;
import dev.holdfast.server.store.sqlite.rows.ServedTime;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs a transaction on the connection that writes. */
final class SqliteTransaction implements LedgerStore.Transaction {
  private final SqliteConnection connection;
  private final ReleaseIndex releaseIndex;
  private final WriterCache cache;
  private final Memtable memtable;
  private final StoreCondition condition;
  private final SqliteCalls calls;
  private final SqliteReservations reservations;
  private final SqliteWrite write;

  /** The loaded pasts of slots, by repository. */
  private final Map<String, SlotPasts> pasts = new HashMap<>();

  private final List<Delta> deltas = new ArrayList<>();
  private final long epoch;
  private boolean open = true;
  private boolean committed;

  /** Whether a statement failed; the connection is closed then. */
  private boolean failed;

  /** Whether the transaction only counts as a quiet commit. */
  private boolean countedAsQuiet;

  /**
   * Whether the release index was written; it cannot be rolled back, so without a commit the
   * connection is closed.
   */
  private boolean indexWritten;

  private SqliteTransaction(
      SqliteConnection connection,
      ReleaseIndex releaseIndex,
      Memtable memtable,
      WriterCache cache,
      StoreCondition condition,
      SqliteCalls calls) {
    this.connection = connection;
    this.releaseIndex = releaseIndex;
    this.memtable = memtable;
    this.cache = cache;
    this.condition = condition;
    this.calls = calls;
    this.reservations = new SqliteReservations(connection, memtable, releaseIndex.epoch());
    this.write =
        new SqliteWrite(connection, reservations, cache, releaseIndex, memtable.end().chunk());
    this.epoch = releaseIndex.epoch();
  }

  static SqliteTransaction begin(
      SqliteConnection connection,
      ReleaseIndex releaseIndex,
      Memtable memtable,
      WriterCache cache,
      StoreCondition condition,
      SqliteCalls calls) {
    try {
      connection.prepared("BEGIN IMMEDIATE").execute();
      return new SqliteTransaction(connection, releaseIndex, memtable, cache, condition, calls);
    } catch (SQLException e) {
      throw condition.failed("cannot begin a transaction", e);
    }
  }

  @Override
  public Loaded load(ReadSet reads, long nowMicros) {
    SlotPasts loaded = new SlotPasts(reads.slots());
    pasts.put(reads.repositoryId(), loaded);
    LoadedBooks books =
        attempt(
            "cannot load",
            () -> {
              LoadedBooks found =
                  new SqliteLoad(connection, releaseIndex, memtable.recent(), cache)
                      .books(reads, loaded);
              if (condition.hiding() != null && !SqliteLoad.foundAll(found)) {
                condition.requireNoHiddenRows();
              }
              return found;
            });
    return new Loaded(books, nowMicros);
  }

  @Override
  public int reservationCount(String repositoryId, String requestId, int limit) {
    return attempt(
        "cannot count",
        () ->
            new SqliteLoad(connection, releaseIndex, memtable.recent(), cache)
                .reservationCount(repositoryId, requestId, limit));
  }

  @Override
  public void write(Delta delta) {
    attempt(
        "cannot write",
        () -> {
          write.write(delta, pasts(delta));
          deltas.add(delta);
          return true;
        });
  }

  /** Notes the running time of the ledger; see {@link Maintenance#purge}. */
  void noteServed(long servedMicros, long intervalMicros) {
    attempt(
        "cannot record the served time",
        () -> {
          new ServedTime(connection).note(servedMicros, intervalMicros);
          return true;
        });
  }

  /** Purges what was written before a note of less than this running time. */
  int purgeBefore(long servedMicros, int limit) {
    return attempt(
        "cannot purge",
        () -> {
          ServedTime served = new ServedTime(connection);
          SqlitePurge.Purged purged =
              SqlitePurge.purge(connection, served.lastChunkBefore(servedMicros), limit);
          if (purged.events() > 0) {
            // The cache can be loaded again, whatever the outcome of this transaction.
            cache.clear();
            // For recent reservations, the file contained only the purged events.
            reservations.flushAll(entry -> entry.logStart().chunk() < purged.lastChunk());
          }
          if (purged.events() == 0) {
            served.dropBefore(servedMicros);
          }
          indexWritten = true;
          releaseIndex.purge(connection);
          return purged.events();
        });
  }

  /** Returns some unused disk space to the file system. */
  int reclaimSpace() {
    return attempt(
        "cannot reclaim space",
        () -> {
          indexWritten = true;
          return releaseIndex.cleanUpSome(connection)
              ? 1
              : SqliteFreePages.reclaimSpace(connection);
        });
  }

  /** Moves the ends of all leases; see {@link Maintenance#adjustLeases}. */
  void adjustLeases(long byMicros, long nowMicros, long graceMicros) {
    attempt(
        "cannot adjust leases",
        () -> {
          // The cache can be loaded again, whatever the outcome of this transaction.
          cache.clear();
          new SqliteLeases(connection, reservations).adjust(byMicros, nowMicros, graceMicros);
          return true;
        });
  }

  /** Flushes all recent reservations. */
  void flushAll() {
    attempt(
        "cannot write",
        () -> {
          reservations.flushAll(entry -> true);
          return true;
        });
  }

  /** Makes the commit write one page, though nothing is changed. */
  void countAsQuiet() {
    reservations.countAsQuiet();
    countedAsQuiet = true;
  }

  @Override
  public void commit(BatchId batchId) {
    // A failed commit is resolved by the next transaction, which reads the file.
    commit();
  }

  void commit() {
    MemtableDelta memtableDelta =
        attempt(
            "cannot write",
            () -> {
              indexWritten = true;
              if (!countedAsQuiet) {
                releaseIndex.flushSome(connection, write.entryCount());
                reservations.flushOldest();
              }
              return reservations.delta(write.end(memtable.end()), !deltas.isEmpty());
            });
    try {
      memtable.commit(() -> calls.commit(connection), memtableDelta);
      open = false;
    } catch (SQLException e) {
      // Whatever its outcome, the next transaction reads the state of the file.
      open = false;
      StoreException failure =
          isUndone(e) ? condition.failed("cannot commit", e) : condition.commitFailed(e);
      closeAfter(failure);
      throw failure;
    }
    committed = true;
    condition.requireFilesInPlace();
  }

  /**
   * Returns whether a failed commit left no trace, because there was no disk space for a single
   * page.
   */
  private boolean isUndone(SQLException failure) {
    try {
      return DiskTrouble.isFull(failure)
          && !calls.checkpoint(connection, "NOOP").hasPagesBehindEnd(connection);
    } catch (IOException | SQLException e) {
      failure.addSuppressed(e);
      return false;
    }
  }

  private void closeAfter(StoreException failure) {
    try {
      connection.close();
    } catch (StoreException closing) {
      failure.addSuppressed(closing);
    }
  }

  /** Applies the committed changes to the state in memory, which the next transaction uses. */
  private void applyCommitted() {
    try {
      write.chunks().forEach(chunk -> releaseIndex.committed(chunk.chunk(), chunk.entries()));
      deltas.forEach(this::updateCache);
      if (releaseIndex.epoch() != epoch) {
        // Cached entries can only be compared within one epoch.
        cache.clearSlots();
      }
    } catch (RuntimeException e) {
      // The next transaction reads the state of the file.
      connection.close();
      throw e;
    }
  }

  private void updateCache(Delta delta) {
    String repositoryId = delta.after().id();
    cache.put(write.number(repositoryId), delta.after());
    cache.offers().apply(repositoryId, delta.offers());
    SlotPasts known = pasts(delta);
    for (Delta.SlotDelta slot : delta.slots()) {
      // A slot that was found by its request alone has no loaded past.
      if (known.isLoaded(slot.slot()) && belongsInCache(slot)) {
        cache.put(
            repositoryId,
            slot.slot(),
            new WriterCache.CachedSlot(slot.after(), known.of(slot.slot())));
      } else {
        cache.remove(repositoryId, slot.slot());
      }
    }
  }

  private SlotPasts pasts(Delta delta) {
    return requireNonNull(pasts.get(delta.after().id()));
  }

  /**
   * Returns whether to cache a slot. A first reservation is in the memtable; after its release,
   * most slots are never used again.
   */
  private static boolean belongsInCache(Delta.SlotDelta slot) {
    boolean releasedBefore = slot.before().latestReleased() != null;
    return releasedBefore || (slot.before().current() != null && slot.after().current() != null);
  }

  @Override
  public void close() {
    if (committed) {
      applyCommitted();
    }
    if (!open) {
      return;
    }
    open = false;
    if (failed || indexWritten) {
      // Closing also rolls back, and discards the JDBC batches of its statements.
      connection.close();
    } else {
      connection.rollBackOrClose();
    }
  }

  private interface Work<T> {
    T run() throws SQLException;
  }

  private <T> T attempt(String what, Work<T> work) {
    try {
      return work.run();
    } catch (SQLException e) {
      failed = true;
      throw condition.failed(what, e);
    } catch (StoreException e) {
      condition.notice(e);
      // Damaged rows are not used, and everything else is intact.
      failed |= e.damage() == null || releaseIndex.damaged();
      throw e;
    } catch (RuntimeException e) {
      failed = true;
      throw e;
    }
  }
}
