package dev.holdfast.server.store.sqlite.memtable;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.store.sqlite.memtable.SnapshotGate.Version;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.jetbrains.lincheck.Lincheck;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Explores the interleavings of a writer and a reader by model checking: what a reader finds in
 * memory belongs to its snapshot of the file, it never goes back in time, and it sees what was
 * committed before it began.
 */
class SnapshotGateTest {
  private static final long TORN = -1;

  private static final int INTERLEAVINGS =
      Integer.getInteger("holdfast.lincheck.interleavings", 300);

  /** The content of the file: a number that each commit increments. */
  private record State(long value, Version version) {}

  private static final class Database {
    private final SnapshotGate gate = new SnapshotGate(new Version(0, 0));
    private volatile State file = new State(0, new Version(0, 0));

    /** The writer's; the file has a lower one where its last events were purged. */
    private long lastChunk;

    private long quietCommits;

    /** Guarded by the gate. */
    private long memory;

    private Version versionOfMemory() {
      return new Version(lastChunk, quietCommits);
    }

    private State withEvents() {
      lastChunk++;
      return new State(file.value() + 1, new Version(lastChunk, quietCommits));
    }

    private State withoutEvents() {
      quietCommits++;
      return new State(file.value() + 1, new Version(file.version().lastChunk(), quietCommits));
    }

    private void commit(State next) {
      try {
        gate.commit(() -> file = next, versionOfMemory(), () -> memory = next.value());
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
    }

    /** The disk fails, before or after the commit was made. */
    private void fail(State next, boolean made) {
      try {
        gate.commit(
            () -> {
              if (made) {
                file = next;
              }
              throw new SQLException("the disk is gone");
            },
            versionOfMemory(),
            () -> memory = next.value());
      } catch (SQLException expected) {
        return;
      }
      throw new AssertionError("the failure was swallowed");
    }

    /** All events are purged: the greatest number of a chunk in the file becomes smaller. */
    private void purge() {
      try {
        State purged = new State(file.value(), new Version(0, quietCommits));
        gate.commit(() -> file = purged, versionOfMemory(), () -> {});
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
    }

    /** Returns the number, or {@link #TORN} where memory and snapshot differ. */
    private long read() {
      Snapshot snapshot = new Snapshot(this);
      try {
        return gate.read(
            snapshot,
            () -> memory == snapshot.seen().value() ? memory : TORN,
            () -> snapshot.seen().value());
      } catch (SQLException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static final class Snapshot implements SnapshotGate.Snapshot {
    private final Database database;
    private @Nullable State seen;

    Snapshot(Database database) {
      this.database = database;
    }

    State seen() {
      return requireNonNull(seen);
    }

    @Override
    public Version version() {
      if (seen == null) {
        seen = database.file;
      }
      return seen.version();
    }

    @Override
    public void renew() {
      seen = null;
    }
  }

  private static void explore(Consumer<Database> writing) {
    Lincheck.runConcurrentTest(
        INTERLEAVINGS,
        () -> {
          Database database = new Database();
          Thread writer = new Thread(() -> writing.accept(database));
          writer.start();
          long first = database.read();
          long second = database.read();
          try {
            writer.join();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          assertTrue(first != TORN && second != TORN, "a snapshot and the memory of another");
          assertTrue(first <= second, "back in time");
          assertEquals(database.file.value(), database.read());
        });
  }

  @Test
  void commitsWithEvents() {
    explore(
        database -> {
          database.commit(database.withEvents());
          database.commit(database.withEvents());
        });
  }

  @Test
  void commitsWithoutEvents() {
    explore(
        database -> {
          database.commit(database.withoutEvents());
          database.commit(database.withEvents());
        });
  }

  @Test
  void aPurgeOfAllEvents() {
    explore(
        database -> {
          database.commit(database.withEvents());
          database.purge();
          database.commit(database.withoutEvents());
        });
  }

  @Test
  void aFailedCommit() {
    explore(database -> database.fail(database.withEvents(), false));
  }

  @Test
  void aCommitOfWhichNobodyHears() {
    explore(database -> database.fail(database.withoutEvents(), true));
  }

  /** A reader may still have the memtable that another has replaced. */
  @Test
  void aRetirement() {
    explore(
        database -> {
          database.gate.retire();
          database.file = database.withEvents();
        });
  }
}
