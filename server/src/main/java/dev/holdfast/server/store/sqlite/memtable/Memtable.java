package dev.holdfast.server.store.sqlite.memtable;

import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The youngest of the living reservations. They are in memory, and on the disk in the events alone,
 * which contain all of their state; the table of reservations has the others.
 *
 * <p>Slots are hashes, so in a large table by slot each of them dirties a page of its own: once
 * when it is written and again when the reservation is released. Attempts are short, so most
 * reservations end before they are flushed. The others get a row later, some with every commit. It
 * is a log-structured merge tree (O'Neil and others, 1996) of two levels, with the events as its
 * log: a start replays those behind {@link #recoveryPoint()}.
 *
 * <p>All methods but {@link #readAtSnapshot} and {@link #retire} are for the writer's thread.
 */
public final class Memtable {
  /** Some megabytes in memory, and some milliseconds to go through. */
  public static final int CAPACITY = 8192;

  /**
   * Reservations are flushed once 8 × capacity events follow them, so recovery replays no more than
   * that, which takes some tenths of a second.
   */
  private static final int EVENTS_PER_ENTRY = 8;

  /** How many entries one commit flushes at most, so that none takes long. */
  private static final int FLUSHED_PER_COMMIT = 256;

  /** How many more it flushes for each entry that comes, so that their number is bounded. */
  private static final int FLUSHED_PER_NEW_ENTRY = 2;

  private final int capacity;
  private final MemtableContents contents = new MemtableContents();
  private final SnapshotGate gate;
  private LogPosition recoveryPoint;
  private LogPosition end;
  private long quietCommits;

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
  }

  /**
   * Replays the events behind the recovery point of a file.
   *
   * @param capacity how many entries it holds; more only until the next commits have flushed them
   */
  public static Memtable recover(SqliteConnection connection, int capacity) throws SQLException {
    return MemtableRecovery.load(connection, capacity);
  }

  /** Returns the reservations as of the last commit. */
  public RecentReservations recent() {
    return contents;
  }

  /** Returns how many entries one transaction may add. */
  public int capacity() {
    return capacity;
  }

  /** Returns the position from which a start replays, as it is in the file. */
  public LogPosition recoveryPoint() {
    return recoveryPoint;
  }

  /** Returns the position behind the last committed event. */
  public LogPosition end() {
    return end;
  }

  /** Returns how many commits changed reservations without an event. */
  public long quietCommits() {
    return quietCommits;
  }

  /** Returns whether the recovery point in the file should be advanced to this position. */
  public boolean isRecoveryPointDue(LogPosition position) {
    return position.eventCount() - recoveryPoint.eventCount()
        > (long) capacity * EVENTS_PER_ENTRY / 4;
  }

  /** Returns the position that precedes the events of all entries but some. */
  public LogPosition oldestUnflushed(Set<RepositorySlot> excepted) {
    for (Map.Entry<RepositorySlot, MemtableEntry> entry : contents.oldestFirst()) {
      if (!excepted.contains(entry.getKey())) {
        return entry.getValue().logStart();
      }
    }
    return end;
  }

  /**
   * Returns the oldest entries that are to get a row with this transaction: those beyond the
   * capacity, and those that too many events follow.
   *
   * @param enteredCount how many entries the transaction adds
   * @param wanted which entries may be flushed
   */
  public Map<RepositorySlot, MemtableEntry> flushCandidates(
      int enteredCount, Predicate<RepositorySlot> wanted) {
    int tooMany = contents.size() + enteredCount - capacity;
    int limit = FLUSHED_PER_COMMIT + FLUSHED_PER_NEW_ENTRY * enteredCount;
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
   * Commits a transaction and applies its delta, in one step for readers. Where the commit fails,
   * readers read the file alone from then on, and the engine recovers another memtable.
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
  }

  private static SnapshotGate.Version version(LogPosition end, long quietCommits) {
    return new SnapshotGate.Version(end.chunk(), quietCommits);
  }

  /** Makes readers that still have this memtable read the file alone. Any thread may call it. */
  public void retire() {
    gate.retire();
  }

  /**
   * Returns what a function finds among the recent reservations that belong to the reader's
   * snapshot. Any thread may call it; the writer waits while the function runs.
   *
   * @param reader in a transaction that has read nothing yet; its snapshot stays for what it reads
   *     afterwards
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
