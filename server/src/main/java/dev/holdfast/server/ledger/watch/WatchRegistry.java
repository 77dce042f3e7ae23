package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.CommitListener;
import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.engine.LedgerReads;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Registry of all watches. A commit only checks whether its repository is watched; other threads do
 * all other work, at the pace of each watcher.
 *
 * @param <M> the type of messages to watchers
 */
public final class WatchRegistry<M> implements CommitListener {
  /** Maximum number of events of a message, and of a read for one. */
  public static final int EVENTS_PER_MESSAGE = 256;

  private final LedgerReads reads;
  private final MessageConverter<M> converter;
  private final Executor threads;
  private final LedgerListener listener;
  private final WatchLimits limits;
  private final LongSupplier nanos;
  private final EventBuffer recent;
  private final UnsentBudget unsent;
  private final MessageCache<M> messageCache = new MessageCache<>();
  private final ConcurrentHashMap<String, WatchedRepository<M>> watched = new ConcurrentHashMap<>();

  /** Number of watchers whose clients are connected, including watches that have ended. */
  private final AtomicInteger open = new AtomicInteger();

  /** Watches that have ended and whose clients have not read the end yet. */
  private final Set<WatchSession<M>> ended = ConcurrentHashMap.newKeySet();

  /** Whether a watcher was rejected or got a shortened message since the last tick. */
  private volatile boolean limitReached;

  /** Converts events to messages. */
  public interface MessageConverter<M> {
    /**
     * Returns a message.
     *
     * @param events consecutive events; may be empty
     * @param revision the revision that the watcher has reached with this message
     */
    M message(String repositoryId, List<Event> events, long revision);

    /** Returns the size of a message in bytes. */
    int bytes(M message);
  }

  /**
   * Makes a registry without watches.
   *
   * @param reads reads older events
   * @param threads delivers to watchers; must not run tasks on the submitting thread
   * @param listener receives failures
   * @param nanos a clock like {@link System#nanoTime()}
   */
  public WatchRegistry(
      LedgerReads reads,
      MessageConverter<M> converter,
      Executor threads,
      LedgerListener listener,
      WatchLimits limits,
      LongSupplier nanos) {
    this.reads = reads;
    this.converter = converter;
    this.threads = threads;
    this.listener = listener;
    this.limits = limits;
    this.nanos = nanos;
    this.recent = new EventBuffer(limits.recentBytes());
    this.unsent = new UnsentBudget(limits.unsentBytes());
  }

  /**
   * Adds a watcher, which gets its first message after it is woken for the first time. The owner
   * must call {@link WatchSession#leave} when its client is gone, even if the watch ended before.
   *
   * @param afterRevision the watch starts after this revision; null for future events only
   * @return the watcher; null if the maximum number of watches is open
   */
  public @Nullable WatchSession<M> watch(
      String repositoryId, @Nullable Long afterRevision, Sink<M> sink) {
    if (open.incrementAndGet() > limits.watchers()) {
      open.decrementAndGet();
      limitReached = true;
      return null;
    }
    // From here on, commits are noticed; earlier commits are in the store.
    synchronized (watched) {
      WatchedRepository<M> repository =
          watched.computeIfAbsent(repositoryId, id -> new WatchedRepository<>(id, this));
      WatchSession<M> watcher = new WatchSession<>(this, repository, afterRevision, sink);
      repository.watchers().add(watcher);
      return watcher;
    }
  }

  /** Removes a watcher, which gets no more messages. */
  void remove(WatchedRepository<M> repository, WatchSession<M> watcher) {
    synchronized (watched) {
      repository.watchers().remove(watcher);
      if (repository.watchers().isEmpty()
          && watched.remove(repository.repositoryId(), repository)) {
        repository.drop();
      }
    }
  }

  /** Records that the end of the watch was sent; the watcher stays until its client has read it. */
  void ended(WatchSession<M> watcher) {
    ended.add(watcher);
  }

  /** Records that the watcher's client is gone. */
  void left(WatchSession<M> watcher) {
    remove(watcher);
    open.decrementAndGet();
  }

  void remove(WatchSession<M> watcher) {
    ended.remove(watcher);
  }

  /** Records that a watcher exceeded the budget. */
  void limitReached() {
    limitReached = true;
  }

  LedgerReads reads() {
    return reads;
  }

  MessageConverter<M> converter() {
    return converter;
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

  EventBuffer recent() {
    return recent;
  }

  UnsentBudget unsent() {
    return unsent;
  }

  MessageCache<M> messageCache() {
    return messageCache;
  }

  void namedFuture(String repositoryId, long named, long revision) {
    listener.namedFuture(repositoryId, named, revision);
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

  /** Returns the ids of all watched repositories. */
  Set<String> watchedIds() {
    return Set.copyOf(watched.keySet());
  }

  /** Records the revision of a repository, which another server may have committed. */
  void reached(String repositoryId, long revision) {
    WatchedRepository<M> repository = watched.get(repositoryId);
    if (repository != null) {
      repository.reached(revision);
    }
  }

  @Override
  public void commitOutcomeUnknown() {
    threads.execute(() -> each(WatchSession::rereadStore));
  }

  /**
   * Sends empty messages and ends stalled watches. Must be called periodically: a watcher without a
   * message since the last call gets an empty one, so none waits longer than two periods. Watches
   * whose clients do not read are ended if others need their share.
   */
  public void tick() {
    each(WatchSession::tick);
    if (limitReached) {
      limitReached = false;
      each(WatchSession::endIfStalled);
    }
    ended.forEach(WatchSession::resetIfEndUnread);
  }

  private void each(Consumer<WatchSession<M>> action) {
    watched.values().forEach(repository -> repository.watchers().forEach(action));
  }

  /** Returns the number of active watches. */
  public int count() {
    return watched.values().stream().mapToInt(repository -> repository.watchers().size()).sum();
  }

  /** Returns the number of clients that watch or have not yet read the end of their watch. */
  public int openCount() {
    return open.get();
  }
}
