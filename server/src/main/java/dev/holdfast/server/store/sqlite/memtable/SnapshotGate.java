package dev.holdfast.server.store.sqlite.memtable;

import java.sql.SQLException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * Makes a commit of the file and the change of the memory one step for readers. No reader waits for
 * the sync of a commit.
 *
 * <p>The writer commits the file first and changes the memory afterwards, under the write lock. A
 * reader takes a snapshot of the file under the read lock, so the memory is at the same commit as
 * the snapshot, or one commit behind it. The version in the snapshot shows which: if it is newer
 * than the memory, the reader takes another snapshot. {@code SnapshotGateTest} explores the
 * interleavings, and {@code MemtableTest} reads during a commit.
 */
final class SnapshotGate {
  /**
   * Identifies a commit. Each commit that changes the memory increases one of the numbers.
   *
   * @param lastChunk the greatest number of a chunk of events; smaller after a purge of events
   * @param quietCommits the number of commits without events
   */
  record Version(long lastChunk, long quietCommits) {
    private boolean isNewerThan(Version other) {
      return lastChunk > other.lastChunk || quietCommits > other.quietCommits;
    }
  }

  /** A reader's view of the file. */
  interface Snapshot {
    /** Returns the version of the file in this snapshot; the first call takes the snapshot. */
    Version version() throws SQLException;

    /** Drops this snapshot, so that the next call takes another snapshot. */
    void renew() throws SQLException;
  }

  /** Reads from the file in the reader's snapshot. */
  interface FileRead<T> {
    T run() throws SQLException;
  }

  /** Commits the file, durably. */
  interface FileCommit {
    void run() throws SQLException;
  }

  private final ReadWriteLock lock = new ReentrantReadWriteLock(true);

  /** Whether the memory is at the last commit; false after a commit with an unknown outcome. */
  private boolean valid = true;

  /** The version of the file to which the memory belongs. */
  private Version version;

  SnapshotGate(Version version) {
    this.version = version;
  }

  /**
   * Commits the file and changes the memory. Only one thread may call it at a time. After a
   * failure, readers read only the file.
   *
   * @param after the version of the file after the commit
   * @throws SQLException if the commit fails; the memory is not changed then
   */
  void commit(FileCommit commit, Version after, Runnable changeMemory) throws SQLException {
    boolean committed = false;
    try {
      commit.run();
      committed = true;
    } finally {
      lock.writeLock().lock();
      try {
        valid &= committed;
        if (valid) {
          changeMemory.run();
          version = after;
        }
      } finally {
        lock.writeLock().unlock();
      }
    }
  }

  /** Makes readers read only the file from now on. */
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
   * @param snapshot the snapshot of a transaction that has read nothing yet
   * @param inMemory reads the memory
   * @param inFile reads the same data from the snapshot if the memory is invalid
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
