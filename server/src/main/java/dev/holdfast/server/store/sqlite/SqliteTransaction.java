package dev.holdfast.server.store.sqlite;

import static java.util.Objects.requireNonNull;

import dev.holdfast.server.ledger.LedgerStore;
import dev.holdfast.server.ledger.StoreException;
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

/** A transaction on the connection that writes. */
final class SqliteTransaction implements LedgerStore.Transaction {
  private final SqliteConnection connection;
  private final ReleaseIndex history;
  private final WriterCache cache;
  private final Memtable memtable;
  private final StoreCondition condition;
  private final SqliteCalls calls;
  private final SqliteReservations reservations;
  private final SqliteWrite write;

  /** What is known of the past of slots, by repository. */
  private final Map<String, SlotPasts> pasts = new HashMap<>();

  private final List<Delta> deltas = new ArrayList<>();
  private final long epoch;
  private boolean open = true;
  private boolean committed;

  /** Whether a statement failed: then nothing of this connection is used again. */
  private boolean failed;

  /** Whether it writes one page alone. */
  private boolean numbered;

  /** Whether the index was written, which knows no way back: nor then, without a commit. */
  private boolean indexed;

  private SqliteTransaction(
      SqliteConnection connection,
      ReleaseIndex history,
      Memtable memtable,
      WriterCache cache,
      StoreCondition condition,
      SqliteCalls calls) {
    this.connection = connection;
    this.history = history;
    this.memtable = memtable;
    this.cache = cache;
    this.condition = condition;
    this.calls = calls;
    this.reservations = new SqliteReservations(connection, memtable, history.epoch());
    this.write = new SqliteWrite(connection, reservations, cache, history, memtable.end().chunk());
    this.epoch = history.epoch();
  }

  static SqliteTransaction begin(
      SqliteConnection connection,
      ReleaseIndex history,
      Memtable memtable,
      WriterCache cache,
      StoreCondition condition,
      SqliteCalls calls) {
    try {
      connection.prepared("BEGIN IMMEDIATE").execute();
      return new SqliteTransaction(connection, history, memtable, cache, condition, calls);
    } catch (SQLException e) {
      throw condition.failed("cannot begin a transaction", e);
    }
  }

  @Override
  public LoadedBooks load(ReadSet reads) {
    SlotPasts loaded = new SlotPasts(reads.slots());
    pasts.put(reads.repositoryId(), loaded);
    return attempt(
        "cannot load",
        () -> {
          LoadedBooks books =
              new SqliteLoad(connection, history, memtable.recent(), cache).books(reads, loaded);
          if (condition.hiding() != null && !SqliteLoad.foundAll(books)) {
            condition.requireNothingHidden();
          }
          return books;
        });
  }

  @Override
  public int reservationCount(String repositoryId, String requestId, int limit) {
    return attempt(
        "cannot count",
        () ->
            new SqliteLoad(connection, history, memtable.recent(), cache)
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

  @Override
  public void noteServed(long servedMicros, long apartMicros) {
    attempt(
        "cannot note the time",
        () -> {
          new ServedTime(connection).note(servedMicros, apartMicros);
          return true;
        });
  }

  @Override
  public int purgeBefore(long servedMicros, int limit) {
    return attempt(
        "cannot purge",
        () -> {
          ServedTime served = new ServedTime(connection);
          SqlitePurge.Purged purged =
              SqlitePurge.purge(connection, served.lastChunkBefore(servedMicros), limit);
          if (purged.events() > 0) {
            // The cache can be loaded again, whatever becomes of this transaction.
            cache.clear();
            // The purged events were all that the file had of some living reservations.
            reservations.flushAll(one -> one.logStart().chunk() < purged.lastChunk());
          }
          if (purged.events() == 0) {
            served.dropBefore(servedMicros);
          }
          indexed = true;
          history.purge(connection);
          return purged.events();
        });
  }

  @Override
  public int reclaimSpace() {
    return attempt(
        "cannot give room back",
        () -> {
          indexed = true;
          return history.deleteSome(connection) ? 1 : SqliteFreePages.reclaimSpace(connection);
        });
  }

  @Override
  public void adjustLeases(long byMicros, long nowMicros, long graceMicros) {
    attempt(
        "cannot adjust leases",
        () -> {
          // The cache can be loaded again, whatever becomes of this transaction.
          cache.clear();
          new SqliteLeases(connection, reservations).adjust(byMicros, nowMicros, graceMicros);
          return true;
        });
  }

  /** Gives all reservations a row. */
  void flushAll() {
    attempt(
        "cannot write",
        () -> {
          reservations.flushAll(one -> true);
          return true;
        });
  }

  /** Has the commit write one page, though nothing is altered. */
  void number() {
    reservations.number();
    numbered = true;
  }

  @Override
  public void commit() {
    MemtableDelta memtableDelta =
        attempt(
            "cannot write",
            () -> {
              indexed = true;
              if (!numbered) {
                history.write(connection, write.entryCount());
                reservations.flushOldest();
              }
              return reservations.delta(write.end(memtable.end()), !deltas.isEmpty());
            });
    try {
      memtable.commit(() -> calls.commit(connection), memtableDelta);
      open = false;
    } catch (SQLException e) {
      // Whatever became of it, the next one begins with what the file says.
      open = false;
      StoreException failure =
          isUndone(e) ? condition.failed("cannot commit", e) : condition.commitFailed(e);
      closeAfter(failure);
      throw failure;
    }
    committed = true;
    condition.requireFound();
  }

  /** Whether a commit that failed left nothing behind, as there was no room for a single page. */
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

  /** Takes over into memory what was committed. It is there for the next transaction alone. */
  private void takeOver() {
    try {
      write.chunks().forEach(chunk -> history.committed(chunk.chunk(), chunk.entries()));
      deltas.forEach(this::remember);
      if (history.epoch() != epoch) {
        // Their entries are compared with those of one epoch alone.
        cache.clearSlots();
      }
    } catch (RuntimeException e) {
      // The next one begins with what the file says.
      connection.close();
      throw e;
    }
  }

  private void remember(Delta delta) {
    String repositoryId = delta.after().id();
    cache.put(write.number(repositoryId), delta.after());
    cache.offers().alter(repositoryId, delta.offers());
    SlotPasts known = pasts(delta);
    for (Delta.SlotDelta slot : delta.slots()) {
      // A slot that was found by its request alone came without its past.
      if (known.isLoaded(slot.slot()) && isToBeCached(slot)) {
        cache.put(
            repositoryId,
            slot.slot(),
            new WriterCache.KnownSlot(slot.after(), known.of(slot.slot())));
      } else {
        cache.remove(repositoryId, slot.slot());
      }
    }
  }

  private SlotPasts pasts(Delta delta) {
    return requireNonNull(pasts.get(delta.after().id()));
  }

  /**
   * Not the first that happens to a slot, as what is new is recent; nor that its first reservation
   * is released, after which most slots are never heard of again.
   */
  private static boolean isToBeCached(Delta.SlotDelta slot) {
    boolean releasedBefore = slot.before().latestReleased() != null;
    return releasedBefore || (slot.before().current() != null && slot.after().current() != null);
  }

  @Override
  public void close() {
    if (committed) {
      takeOver();
    }
    if (!open) {
      return;
    }
    open = false;
    if (failed || indexed) {
      // Rolls back too, and takes along whatever half a batch its statements still hold.
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
      // What is damaged is not used, and nothing else is in doubt.
      failed |= e.damage() == null || history.damaged();
      throw e;
    } catch (RuntimeException e) {
      failed = true;
      throw e;
    }
  }
}
