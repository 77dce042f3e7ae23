package dev.holdfast.server.simulation;

import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases;
import dev.holdfast.server.ledger.view.RepositoryVisitor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The database as one server sees it, over connections that break. */
final class SimulatedStore implements LedgerStore {
  private final World world;
  private final SimulatedDatabase database;
  private final int server;

  SimulatedStore(World world, SimulatedDatabase database, int server) {
    this.world = world;
    this.database = database;
    this.server = server;
  }

  @Override
  public Concurrency concurrency() {
    return new Concurrency(4, false);
  }

  /** Fails now and then, and whenever the database is down. */
  void reach(String what) {
    if (database.down()) {
      throw StoreException.notApplied(what, new IOException("the database is down"));
    }
    if (world.chance(0.01)) {
      throw StoreException.conflict(what, new IOException("the connection was lost"));
    }
  }

  @Override
  public Transaction begin(SortedSet<String> repositoryIds) {
    world.meanwhile(server);
    reach("cannot begin");
    return new SimulatedTransaction(world, database, server, repositoryIds.first());
  }

  @Override
  public CommitOutcome outcomeOf(BatchId batchId, SortedSet<String> repositoryIds) {
    if (database.down() || world.chance(0.2)) {
      throw StoreException.unknown("cannot look", new IOException("the database is down"));
    }
    boolean committed = database.isCommitted(batchId, repositoryIds);
    if (world.sabotage() == Sabotage.BATCH_IDS) {
      return CommitOutcome.NOT_COMMITTED;
    }
    return committed ? CommitOutcome.COMMITTED : CommitOutcome.NOT_COMMITTED;
  }

  @Override
  public Maintenance maintenance() {
    return new Maintenance() {
      @Override
      public void tend() {
        reach("cannot tend");
        database.heartbeat(server);
      }

      @Override
      public boolean acquire(Duty duty) {
        reach("cannot acquire a duty");
        return world.sabotage() == Sabotage.SWEEPER_DUTY || database.acquire(duty, server);
      }

      @Override
      public void adjustLeases(long byMicros, long nowMicros, long graceMicros) {
        reach("cannot adjust leases");
        database.adjustLeases(server, graceMicros);
      }

      @Override
      public int purge(ServedNote served, long beforeMicros, int limit) {
        return 0;
      }
    };
  }

  @Override
  public List<ExpireLeases> expiredLeases(long nowMicros, int limit) {
    reach("cannot read");
    database.requireDuty(Maintenance.Duty.SWEEP_LEASES, server);
    database.completeAll();
    return database.books().expiredLeases(nowMicros, limit);
  }

  @Override
  public @Nullable Repository repository(String repositoryId) {
    return database.books().repository(repositoryId);
  }

  @Override
  public List<Repository> repositories(String afterId, int limit) {
    return database.books().repositories(afterId, limit);
  }

  @Override
  public @Nullable Reservation reservation(String repositoryId, Slot slot) {
    return database.books().reservation(repositoryId, slot);
  }

  @Override
  public ReservationsPage reservations(ReservationsQuery query) {
    return database.books().reservations(query);
  }

  @Override
  public void reservedIndexes(String repositoryId, String requestId, LongConsumer slotIndexes) {
    database.books().reservedIndexes(repositoryId, requestId, slotIndexes);
  }

  @Override
  public @Nullable Offer offer(String repositoryId, String offerId) {
    return database.books().offer(repositoryId, offerId);
  }

  @Override
  public List<Offer> offers(String repositoryId, String afterId, int limit) {
    return database.books().offers(repositoryId, afterId, limit);
  }

  @Override
  public @Nullable Entry entry(String repositoryId, String key) {
    return database.books().entry(repositoryId, key);
  }

  @Override
  public List<String> keys(String repositoryId, String prefix, String afterKey, int limit) {
    return database.books().keys(repositoryId, prefix, afterKey, limit);
  }

  @Override
  public void visitRepository(String repositoryId, long afterRevision, RepositoryVisitor visitor) {
    database.books().visitRepository(repositoryId, afterRevision, visitor);
  }

  @Override
  public @Nullable EventsPage events(EventsQuery query) {
    return database.books().events(query);
  }

  @Override
  public @Nullable Recount recount(String repositoryId) {
    return database.books().recount(repositoryId);
  }

  @Override
  public List<SpaceUse> spaceUse(List<String> repositoryIds) {
    return database.books().spaceUse(repositoryIds);
  }

  @Override
  public Map<String, StateCount> countStates() {
    return database.books().countStates();
  }

  @Override
  public long servedMicros() {
    return 0;
  }

  @Override
  public void close() {}
}
