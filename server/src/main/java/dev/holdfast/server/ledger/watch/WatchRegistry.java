package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.CommitListener;
import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.LedgerReads;
import dev.holdfast.server.ledger.books.Event;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All who watch. A commit costs the ledger a look at whether its repository is watched; everything
 * else is done on other threads, and only as far as a watcher takes it.
 *
 * @param <M> what watchers are told in
 */
public final class WatchRegistry<M> implements CommitListener {
  /** As many as a message may have room for; no more are read for one. */
  public static final int EVENTS_A_MESSAGE = 256;

  private final LedgerReads reads;
  private final Wording<M> wording;
  private final Executor threads;
  private final LedgerListener listener;
  private final WatchLimits limits;
  private final LongSupplier nanos;
  private final RecentEvents recent;
  private final UnsentRoom unsent;
  private final SharedPieces<M> shared = new SharedPieces<>();
  private final ConcurrentHashMap<String, WatchedRepository<M>> watched = new ConcurrentHashMap<>();

  /** Those whose callers are still there, also where their watch has ended. */
  private final AtomicInteger open = new AtomicInteger();

  /** Those whose watch has ended and whose callers have not taken that. */
  private final Set<WatchSession<M>> ended = ConcurrentHashMap.newKeySet();

  /** Whether somebody was turned away or cut short since the last tick. */
  private volatile boolean crowded;

  /** Puts events into a message. */
  public interface Wording<M> {
    /**
     * A message.
     *
     * @param events events in a row; may be none
     * @param revision everything up to it was told, with this
     */
    M message(String repositoryId, List<Event> events, long revision);

    /** How large a message is. */
    int bytes(M message);
  }

  /**
   * Nobody watches yet.
   *
   * @param reads where older events are found
   * @param threads where watchers are told; must not run what it is given at once
   * @param listener who is told what fails
   * @param nanos the time, as {@link System#nanoTime()} has it
   */
  public WatchRegistry(
      LedgerReads reads,
      Wording<M> wording,
      Executor threads,
      LedgerListener listener,
      WatchLimits limits,
      LongSupplier nanos) {
    this.reads = reads;
    this.wording = wording;
    this.threads = threads;
    this.listener = listener;
    this.limits = limits;
    this.nanos = nanos;
    this.recent = new RecentEvents(limits.recentBytes());
    this.unsent = new UnsentRoom(limits.unsentBytes());
  }

  /**
   * A new watcher, which is told nothing before it is woken for the first time. Whoever it is for
   * calls {@link WatchSession#leave} when he is gone, also where the watch ended before.
   *
   * @param afterRevision it is told what came behind this revision; null for what is still to come
   * @return null where as many watch as may
   */
  public @Nullable WatchSession<M> watch(
      String repositoryId, @Nullable Long afterRevision, Sink<M> sink) {
    if (open.incrementAndGet() > limits.watchers()) {
      open.decrementAndGet();
      crowded = true;
      return null;
    }
    // From here on commits are taken note of; what was committed before is in the store.
    synchronized (watched) {
      WatchedRepository<M> repository =
          watched.computeIfAbsent(repositoryId, id -> new WatchedRepository<>(id, this));
      WatchSession<M> watcher = new WatchSession<>(this, repository, afterRevision, sink);
      repository.watchers().add(watcher);
      return watcher;
    }
  }

  /** The watcher is told nothing more. */
  void remove(WatchedRepository<M> repository, WatchSession<M> watcher) {
    synchronized (watched) {
      repository.watchers().remove(watcher);
      if (repository.watchers().isEmpty()
          && watched.remove(repository.repositoryId(), repository)) {
        repository.drop();
      }
    }
  }

  /** The watcher was told the end, and is there until he has taken it. */
  void ended(WatchSession<M> watcher) {
    ended.add(watcher);
  }

  /** The watcher's caller is gone. */
  void left(WatchSession<M> watcher) {
    remove(watcher);
    open.decrementAndGet();
  }

  void remove(WatchSession<M> watcher) {
    ended.remove(watcher);
  }

  /** A watcher found no room for all that is there for it. */
  void crowded() {
    crowded = true;
  }

  LedgerReads reads() {
    return reads;
  }

  Wording<M> wording() {
    return wording;
  }

  Executor threads() {
    return threads;
  }

  WatchLimits limits() {
    return limits;
  }

  long nanos() {
    return nanos.getAsLong();
  }

  RecentEvents recent() {
    return recent;
  }

  UnsentRoom unsent() {
    return unsent;
  }

  SharedPieces<M> shared() {
    return shared;
  }

  void failed(RuntimeException e) {
    listener.failed(e);
  }

  @Override
  public void committed(String repositoryId, List<Event> events) {
    WatchedRepository<M> repository = watched.get(repositoryId);
    if (repository != null) {
      repository.committed(events);
    }
  }

  @Override
  public void commitOutcomeUnknown() {
    threads.execute(() -> each(WatchSession::lookAgain));
  }

  /**
   * To be called over and over: a watcher that was told nothing from one call to the next is told
   * that nothing happened. So none is left without a word for longer than two periods. And whoever
   * takes nothing makes place for others.
   */
  public void tick() {
    each(WatchSession::tick);
    if (crowded) {
      crowded = false;
      each(WatchSession::endIfStalled);
    }
    ended.forEach(WatchSession::resetIfNotTaken);
  }

  private void each(Consumer<WatchSession<M>> what) {
    watched.values().forEach(repository -> repository.watchers().forEach(what));
  }

  /** How many watch. */
  public int count() {
    return watched.values().stream().mapToInt(one -> one.watchers().size()).sum();
  }

  /** How many callers have a listener, or have not yet taken its end. */
  public int openCount() {
    return open.get();
  }
}
