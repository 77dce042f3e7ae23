package dev.holdfast.server.store.sqlite.memtable;

import java.sql.SQLException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Makes a commit of the file and the change of what is in memory one step for readers, though no
 * reader waits for the sync of a commit.
 *
 * <p>The writer commits the file first and alters the memory afterwards, under the write lock. A
 * reader takes a snapshot of the file under the read lock, so the memory is as old as the snapshot
 * or older by the one commit that is being made. The version in the snapshot tells which: where it
 * is newer than the memory, the reader takes another snapshot. {@code SnapshotGateTest} checks all
 * interleavings of that.
 */
final class SnapshotGate {
  /**
   * Tells commits apart. Each commit that alters the memory makes one of the numbers greater.
   *
   * @param lastChunk the greatest number of a chunk of events; smaller where events were purged
   * @param quietCommits the number of commits without events
   */
  record Version(long lastChunk, long quietCommits) {
    private boolean isNewerThan(Version other) {
      return lastChunk > other.lastChunk || quietCommits > other.quietCommits;
    }
  }

  /** A reader's view of the file. */
  interface Snapshot {
    /** Returns the version of the file in this snapshot, which is taken by the first call. */
    Version version() throws SQLException;

    /** Drops this snapshot, so that the next call takes another. */
    void renew() throws SQLException;
  }

  /** Reads from the file, in the snapshot that the reader has. */
  interface FileRead<T> {
    T run() throws SQLException;
  }

  /** Commits the file, durably. */
  interface FileCommit {
    void run() throws SQLException;
  }

  private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

  /** Whether the memory is what the last commit left; false where its outcome is unknown. */
  private boolean valid = true;

  /** The version of the file that the memory belongs to. */
  private Version version;

  SnapshotGate(Version version) {
    this.version = version;
  }

  /**
   * Commits the file and alters the memory. To be called by one thread at a time. After a failure
   * readers read the file alone.
   *
   * @param after the version of the file after the commit
   * @throws SQLException where the commit fails; then the memory is not altered
   */
  void commit(FileCommit commit, Version after, Runnable alterMemory) throws SQLException {
    boolean committed = false;
    try {
      commit.run();
      committed = true;
    } finally {
      lock.writeLock().lock();
      try {
        valid &= committed;
        if (valid) {
          alterMemory.run();
          version = after;
        }
      } finally {
        lock.writeLock().unlock();
      }
    }
  }

  /** Makes readers read the file alone from now on. */
  void retire() {
    lock.writeLock().lock();
    try {
      valid = false;
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Reads the memory that belongs to a snapshot; the writer waits meanwhile.
   *
   * @param snapshot of a transaction that has read nothing yet
   * @param inMemory reads the memory
   * @param inFile reads the same from the snapshot, where the memory is invalid
   */
  <T> T read(Snapshot snapshot, Supplier<T> inMemory, FileRead<T> inFile) throws SQLException {
    while (true) {
      lock.readLock().lock();
      try {
        Version seen = snapshot.version();
        if (!valid) {
          break;
        }
        if (!seen.isNewerThan(version)) {
          return inMemory.get();
        }
      } finally {
        lock.readLock().unlock();
      }
      snapshot.renew();
    }
    return inFile.run();
  }
}
