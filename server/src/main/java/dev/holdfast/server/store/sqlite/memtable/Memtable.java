package dev.holdfast.server.store.sqlite.memtable;

import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Holds recent reservations in memory. On the disk, only the events contain them, with all of their
 * state; the table of reservations has the other reservations.
 *
 * <p>Slots are hashes, so in a large table that is sorted by slot each reservation dirties a page
 * of its own: once when its row is written and again when it is released. Sale attempts are short,
 * so most reservations end before they are flushed. Each commit flushes some of the others to rows.
 * The memtable and the table are a log-structured merge tree (O'Neil and others, 1996) of two
 * levels, with the events as its WAL: a start replays the events after {@link #recoveryPoint()}.
 *
 * <p>Only the writer's thread may call methods other than {@link #readAtSnapshot}, {@link
 * #entryCount} and {@link #retire}.
 */
public final class Memtable {
  /** Takes some megabytes of memory; a scan of all entries takes some milliseconds. */
  public static final int CAPACITY = 8192;

  /**
   * Reservations are flushed once 8 × capacity events follow them, so recovery replays no more than
   * that, which takes some tenths of a second.
   */
  private static final int EVENTS_PER_ENTRY = 8;

  /**
   * The largest number of entries that one commit flushes without new entries; bounds the time of a
   * commit.
   */
  private static final int BASE_FLUSHED_PER_COMMIT = 256;

  /**
   * The number of further entries that a commit flushes for each new entry; bounds the number of
   * entries.
   */
  private static final int FLUSHED_PER_NEW_ENTRY = 2;

  private final int capacity;
  private final MemtableContents contents = new MemtableContents();
  private final SnapshotGate gate;
  private LogPosition recoveryPoint;
  private LogPosition end;
  private long quietCommits;

  /** Written by the writer only. */
  private volatile int entryCount;

  Memtable(
      int capacity,
      Map<RepositorySlot, MemtableEntry> entries,
      LogPosition recoveryPoint,
      LogPosition end,
      long quietCommits) {
    this.capacity = capacity;
    this.recoveryPoint = recoveryPoint;
    this.end = end;
    this.quietCommits = quietCommits;
    this.gate = new SnapshotGate(version(end, quietCommits));
    entries.forEach(contents::put);
    entryCount = contents.size();
  }

  /** Returns the number of recent reservations. Any thread may call it. */
  public int entryCount() {
    return entryCount;
  }

  /**
   * Recovers a memtable by replaying the events after the recovery point of a file.
   *
   * @param capacity the number of entries that the memtable holds; after a recovery it may hold
   *     more until the next commits have flushed them
   */
  public static Memtable recover(SqliteConnection connection, int capacity) throws SQLException {
    return MemtableRecovery.load(connection, capacity);
  }

  /** Returns the reservations as of the last commit. */
  public RecentReservations recent() {
    return contents;
  }

  /** Returns the number of entries that one transaction may add. */
  public int capacity() {
    return capacity;
  }

  /** Returns the position from which a start replays, as it is in the file. */
  public LogPosition recoveryPoint() {
    return recoveryPoint;
  }

  /** Returns the position after the last committed event. */
  public LogPosition end() {
    return end;
  }

  /** Returns the number of commits so far that made changes without an event. */
  public long quietCommits() {
    return quietCommits;
  }

  /** Returns whether the recovery point in the file should be advanced to this position. */
  public boolean isRecoveryPointDue(LogPosition position) {
    return position.eventCount() - recoveryPoint.eventCount()
        > (long) capacity * EVENTS_PER_ENTRY / 4;
  }

  /** Returns the position before the events of all entries that are not excepted. */
  public LogPosition oldestUnflushed(Set<RepositorySlot> excepted) {
    for (Map.Entry<RepositorySlot, MemtableEntry> entry : contents.oldestFirst()) {
      if (!excepted.contains(entry.getKey())) {
        return entry.getValue().logStart();
      }
    }
    return end;
  }

  /**
   * Returns the oldest entries that this transaction must flush: those beyond the capacity, and
   * those that are followed by too many events.
   *
   * @param enteredCount the number of entries that the transaction adds
   * @param wanted accepts the entries that may be flushed
   */
  public Map<RepositorySlot, MemtableEntry> flushCandidates(
      int enteredCount, Predicate<RepositorySlot> wanted) {
    int tooMany = contents.size() + enteredCount - capacity;
    int limit = BASE_FLUSHED_PER_COMMIT + FLUSHED_PER_NEW_ENTRY * enteredCount;
    Map<RepositorySlot, MemtableEntry> oldest = new HashMap<>();
    for (Map.Entry<RepositorySlot, MemtableEntry> entry : contents.oldestFirst()) {
      long age = end.eventCount() - entry.getValue().logStart().eventCount();
      boolean tooOld = age > (long) capacity * EVENTS_PER_ENTRY;
      if (oldest.size() >= limit || (oldest.size() >= tooMany && !tooOld)) {
        break;
      }
      if (wanted.test(entry.getKey())) {
        oldest.put(entry.getKey(), entry.getValue());
      }
    }
    return oldest;
  }

  /** Commits a transaction of the file. */
  public interface Commit {
    /** Returns once the commit is durable. */
    void run() throws SQLException;
  }

  /**
   * Commits a transaction and applies its delta as one step for readers. If the commit fails,
   * readers read only the file from then on, and the engine recovers another memtable.
   */
  public void commit(Commit commit, MemtableDelta delta) throws SQLException {
    gate.commit(commit::run, version(delta.end(), delta.quietCommits()), () -> apply(delta));
  }

  private void apply(MemtableDelta delta) {
    delta.removed().forEach(contents::remove);
    delta.entered().forEach(contents::put);
    recoveryPoint = delta.recoveryPoint();
    end = delta.end();
    quietCommits = delta.quietCommits();
    entryCount = contents.size();
  }

  private static SnapshotGate.Version version(LogPosition end, long quietCommits) {
    return new SnapshotGate.Version(end.chunk(), quietCommits);
  }

  /** Makes readers that still use this memtable read only the file. Any thread may call it. */
  public void retire() {
    gate.retire();
  }

  /**
   * Runs a function on the recent reservations that belong to the reader's snapshot, and returns
   * its result. Any thread may call it; the writer waits while the function runs.
   *
   * @param reader a connection in a transaction that has read nothing yet; later reads in the
   *     transaction use the same snapshot
   */
  public <T> T readAtSnapshot(SqliteConnection reader, Function<RecentReservations, T> function)
      throws SQLException {
    return gate.read(
        new FileSnapshot(reader),
        () -> function.apply(contents),
        () -> function.apply(recover(reader, capacity).recent()));
  }

  private record FileSnapshot(SqliteConnection reader) implements SnapshotGate.Snapshot {
    @Override
    public SnapshotGate.Version version() throws SQLException {
      return SqliteConnection.rows(
              reader.prepared(
                  "SELECT (SELECT max(chunk) FROM events), quiet_commits FROM recovery_point"),
              row -> new SnapshotGate.Version(row.getLong(1), row.getLong(2)))
          .get(0);
    }

    @Override
    public void renew() throws SQLException {
      reader.prepared("COMMIT").execute();
      reader.prepared("BEGIN").execute();
    }
  }
}
