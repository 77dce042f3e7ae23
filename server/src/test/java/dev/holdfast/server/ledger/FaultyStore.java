package dev.holdfast.server.ledger;

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
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.ledger.view.RepositoryVisitor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** An engine that fails or waits when it is told to, and counts its commits. */
public final class FaultyStore implements LedgerStore {
  /** The steps at which the store can fail. */
  public enum Step {
    BEGIN,
    LOAD,
    WRITE,
    COMMIT,
    CLOSE,
    TEND,
    READ
  }

  private final LedgerStore store;
  private final AtomicInteger commits = new AtomicInteger();
  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicInteger tended = new AtomicInteger();
  private volatile boolean reservationsHidden;
  private volatile List<Step> failing = List.of();
  private final AtomicInteger looks = new AtomicInteger();
  private final AtomicInteger largestRelease = new AtomicInteger();
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile CountDownLatch atGate = new CountDownLatch(0);

  /** One in memory. */
  public FaultyStore() {
    this(new MemoryStore());
  }

  /** One that does its work with another. */
  public FaultyStore(LedgerStore store) {
    this.store = store;
  }

  /** Fails here from now on; null for nowhere. */
  public void failAt(@Nullable Step step) {
    failing = step == null ? List.of() : List.of(step);
  }

  /** Fails at both from now on. */
  public void failAt(Step step, Step other) {
    failing = List.of(step, other);
  }

  /** Shows no reservations to who goes through a request, as if each came a moment later. */
  public void hideReservations() {
    reservationsHidden = true;
  }

  /** Lets the next transaction wait before it commits, until the gate is opened. */
  public CountDownLatch closeGate() {
    atGate = new CountDownLatch(1);
    gate = new CountDownLatch(1);
    return gate;
  }

  /** Opens the gate, if it is closed. */
  public void openGate() {
    gate.countDown();
  }

  /** Waits until a transaction waits at the gate. */
  public void awaitAtGate() throws InterruptedException {
    atGate.await();
  }

  /** How many transactions were committed. */
  public int commits() {
    return commits.get();
  }

  /** How often it was asked for events. */
  public int reads() {
    return reads.get();
  }

  /** How often it was asked for expired leases. */
  public int looks() {
    return looks.get();
  }

  /** The most that was released in one repository in one transaction. */
  public int largestRelease() {
    return largestRelease.get();
  }

  private void attempt(Step step) {
    if (failing.contains(step)) {
      IOException cause = new IOException("the disk is full");
      throw step == Step.COMMIT
          ? StoreException.unknown("cannot commit", cause)
          : StoreException.notApplied("cannot " + step, cause);
    }
  }

  @Override
  public Transaction begin(SortedSet<String> repositoryIds) {
    attempt(Step.BEGIN);
    Transaction transaction = store.begin(repositoryIds);
    return new Transaction() {
      @Override
      public Loaded load(ReadSet reads, long nowMicros) {
        attempt(Step.LOAD);
        return transaction.load(reads, nowMicros);
      }

      @Override
      public int reservationCount(String repositoryId, String requestId, int limit) {
        return transaction.reservationCount(repositoryId, requestId, limit);
      }

      @Override
      public void write(Delta delta) {
        attempt(Step.WRITE);
        largestRelease.accumulateAndGet(delta.released().size(), Math::max);
        transaction.write(delta);
      }

      @Override
      public void commit(BatchId batchId) {
        awaitGate();
        attempt(Step.COMMIT);
        transaction.commit(batchId);
        commits.incrementAndGet();
      }

      @Override
      public void close() {
        transaction.close();
        attempt(Step.CLOSE);
      }
    };
  }

  private void awaitGate() {
    atGate.countDown();
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Maintenance maintenance() {
    Maintenance maintenance = store.maintenance();
    return new Maintenance() {
      @Override
      public void tend() {
        tended.incrementAndGet();
        attempt(Step.TEND);
        maintenance.tend();
      }

      @Override
      public boolean acquire(Duty duty) {
        return maintenance.acquire(duty);
      }

      @Override
      public void adjustLeases(long byMicros, long nowMicros, long graceMicros) {
        attempt(Step.BEGIN);
        awaitGate();
        attempt(Step.COMMIT);
        maintenance.adjustLeases(byMicros, nowMicros, graceMicros);
        commits.incrementAndGet();
        attempt(Step.CLOSE);
      }

      @Override
      public int purge(ServedNote served, long beforeMicros, int limit) {
        attempt(Step.BEGIN);
        awaitGate();
        attempt(Step.COMMIT);
        int purged = maintenance.purge(served, beforeMicros, limit);
        commits.incrementAndGet();
        return purged;
      }

      @Override
      public int reclaimSpace() {
        attempt(Step.BEGIN);
        awaitGate();
        attempt(Step.COMMIT);
        int given = maintenance.reclaimSpace();
        commits.incrementAndGet();
        return given;
      }
    };
  }

  /** How often it was tended. */
  public int tended() {
    return tended.get();
  }

  @Override
  public void probe() {
    store.probe();
  }

  @Override
  public String trouble() {
    return store.trouble();
  }

  @Override
  public @Nullable Repository repository(String repositoryId) {
    attempt(Step.READ);
    return store.repository(repositoryId);
  }

  @Override
  public List<Repository> repositories(String afterId, int limit) {
    attempt(Step.READ);
    return store.repositories(afterId, limit);
  }

  @Override
  public @Nullable Reservation reservation(String repositoryId, Slot slot) {
    attempt(Step.READ);
    return store.reservation(repositoryId, slot);
  }

  @Override
  public ReservationsPage reservations(ReservationsQuery query) {
    attempt(Step.READ);
    return store.reservations(query);
  }

  @Override
  public @Nullable Offer offer(String repositoryId, String offerId) {
    attempt(Step.READ);
    return store.offer(repositoryId, offerId);
  }

  @Override
  public List<Offer> offers(String repositoryId, String afterId, int limit) {
    attempt(Step.READ);
    return store.offers(repositoryId, afterId, limit);
  }

  @Override
  public @Nullable Entry entry(String repositoryId, String key) {
    attempt(Step.READ);
    return store.entry(repositoryId, key);
  }

  @Override
  public List<String> keys(String repositoryId, String prefix, String afterKey, int limit) {
    attempt(Step.READ);
    return store.keys(repositoryId, prefix, afterKey, limit);
  }

  @Override
  public void visitRepository(String repositoryId, long afterRevision, RepositoryVisitor survey) {
    attempt(Step.READ);
    store.visitRepository(repositoryId, afterRevision, survey);
  }

  @Override
  public void reservedIndexes(String repositoryId, String requestId, LongConsumer slotIndexes) {
    reads.incrementAndGet();
    attempt(Step.READ);
    if (!reservationsHidden) {
      store.reservedIndexes(repositoryId, requestId, slotIndexes);
    }
  }

  @Override
  public @Nullable EventsPage events(EventsQuery query) {
    reads.incrementAndGet();
    attempt(Step.READ);
    return store.events(query);
  }

  @Override
  public @Nullable Recount recount(String repositoryId) {
    attempt(Step.READ);
    return store.recount(repositoryId);
  }

  @Override
  public List<SpaceUse> spaceUse(List<String> repositoryIds) {
    attempt(Step.READ);
    return store.spaceUse(repositoryIds);
  }

  @Override
  public Map<String, StateCount> countStates() {
    attempt(Step.READ);
    return store.countStates();
  }

  @Override
  public List<ExpireLeases> expiredLeases(long nowMicros, int limit) {
    looks.incrementAndGet();
    attempt(Step.READ);
    return store.expiredLeases(nowMicros, limit);
  }

  @Override
  public long servedMicros() {
    attempt(Step.READ);
    return store.servedMicros();
  }

  @Override
  public void close() {
    store.close();
  }
}
