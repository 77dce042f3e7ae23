package dev.holdfast.server.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.MemoryStore;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.Maintenance.Duty;
import dev.holdfast.server.ledger.view.Delta;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A database in memory that several servers share, with a clock of its own. It knows of locks, of
 * the ids of batches, of duties and of which servers are alive.
 */
final class SimulatedDatabase {
  /** A longer time in which no server was alive is one in which no lease could be renewed. */
  static final long GAP_MICROS = 2_000_000;

  private static final long DUTY_MICROS = 2_000_000;

  private final World world;
  private final MemoryStore books = new MemoryStore();
  private final Set<BatchId> batches = new HashSet<>();
  private final Map<String, Long> versions = new HashMap<>();
  private final Map<String, Object> locks = new HashMap<>();
  private final Map<String, Broken> broken = new HashMap<>();
  private final Map<Duty, Holder> duties = new EnumMap<>(Duty.class);
  private final Map<Integer, Long> seenMicros = new HashMap<>();
  private boolean down;

  /** A commit whose connection broke, and which the database may still complete. */
  private record Broken(BatchId id, List<Delta> deltas, boolean completes) {}

  private record Holder(int server, long untilMicros) {}

  SimulatedDatabase(World world) {
    this.world = world;
  }

  MemoryStore books() {
    return books;
  }

  boolean down() {
    return down;
  }

  void down(boolean nowDown) {
    down = nowDown;
  }

  /** Returns how often a repository was changed, for a transaction without locks. */
  long version(String repositoryId) {
    return versions.getOrDefault(repositoryId, 0L);
  }

  /** Locks a repository; returns false if another transaction has it. */
  boolean lock(String repositoryId, Object owner) {
    complete(repositoryId);
    Object before = locks.putIfAbsent(repositoryId, owner);
    return before == null || before == owner;
  }

  void unlock(Object owner) {
    locks.values().removeIf(one -> one == owner);
  }

  void apply(BatchId id, List<Delta> deltas) {
    try (LedgerStore.Transaction transaction = books.begin(new TreeSet<>())) {
      deltas.forEach(transaction::write);
      transaction.commit(id);
    }
    batches.add(id);
    deltas.forEach(delta -> versions.merge(delta.after().id(), 1L, Long::sum));
    deltas.forEach(delta -> world.invariants().committed(delta));
  }

  /** Loses the connection of a commit that the database completes, or not, some time later. */
  void breakLater(String repositoryId, BatchId id, List<Delta> deltas, boolean completes) {
    broken.put(repositoryId, new Broken(id, new ArrayList<>(deltas), completes));
  }

  /** Waits for the commit of a lost connection, as whoever locks the repository does. */
  private void complete(String repositoryId) {
    Broken lost = broken.remove(repositoryId);
    if (lost != null && lost.completes()) {
      apply(lost.id(), lost.deltas());
    }
  }

  /** Completes all commits of lost connections. */
  void completeAll() {
    List.copyOf(broken.keySet()).forEach(this::complete);
  }

  boolean isCommitted(BatchId id, SortedSet<String> repositoryIds) {
    repositoryIds.forEach(this::complete);
    return batches.contains(id);
  }

  boolean acquire(Duty duty, int server) {
    Holder holder = duties.get(duty);
    if (holder != null && holder.server() != server && holder.untilMicros() > world.nowMicros()) {
      return false;
    }
    duties.put(duty, new Holder(server, world.nowMicros() + DUTY_MICROS));
    return true;
  }

  /** Requires that a server has a duty that it carries out. */
  void requireDuty(Duty duty, int server) {
    @Nullable Holder holder = duties.get(duty);
    assertTrue(
        holder != null && holder.server() == server,
        () -> "server " + server + " does what is the duty of " + holder + ": " + duty);
  }

  private boolean somebodyWasAlive() {
    return seenMicros.values().stream().anyMatch(seen -> world.nowMicros() - seen <= GAP_MICROS);
  }

  /** A sign of life, which does not end a time in which no server was alive. */
  void heartbeat(int server) {
    if (somebodyWasAlive()) {
      seenMicros.put(server, world.nowMicros());
    }
  }

  /** Extends all leases if no server was alive; a sign of life. */
  void adjustLeases(int server, long graceMicros) {
    if (!somebodyWasAlive() && world.sabotage() != Sabotage.LEASE_EXTENSION) {
      completeAll();
      books.maintenance().adjustLeases(0, world.nowMicros(), graceMicros);
      versions.replaceAll((id, version) -> version + 1);
    }
    seenMicros.put(server, world.nowMicros());
    // A server that starts is there before the world notices.
    world.invariants().passed(true);
  }
}
