package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerReads;
import dev.holdfast.server.ledger.books.Event;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All who watch. A commit costs the ledger a look at whether its repository is watched; everything
 * else is done on other threads, and only as far as a watcher takes it.
 *
 * @param <M> what watchers are told in
 */
public final class Watches<M> implements Ledger.Follower {
  /** So few that their message stays far below 4 MiB, whatever is in them. */
  public static final int EVENTS_A_MESSAGE = 1000;

  private final LedgerReads reads;
  private final Wording<M> wording;
  private final Executor threads;
  private final Ledger.Watch watch;
  private final ConcurrentHashMap<String, Watched<M>> watched = new ConcurrentHashMap<>();

  /** Puts events into a message. */
  public interface Wording<M> {
    /**
     * A message.
     *
     * @param events events in a row; may be none
     * @param revision everything up to it was told, with this
     */
    M message(String repositoryId, List<Event> events, long revision);
  }

  /**
   * Nobody watches yet.
   *
   * @param reads where older events are found
   * @param threads where watchers are told; must not run what it is given at once
   * @param watch who is told what fails
   */
  public Watches(LedgerReads reads, Wording<M> wording, Executor threads, Ledger.Watch watch) {
    this.reads = reads;
    this.wording = wording;
    this.threads = threads;
    this.watch = watch;
  }

  /**
   * A new watcher, which is told nothing before it is woken for the first time.
   *
   * @param afterRevision it is told what came behind this revision; null for what is still to come
   */
  public Watcher<M> watch(String repositoryId, @Nullable Long afterRevision, Sink<M> sink) {
    // From here on commits are taken note of; what was committed before is in the store.
    synchronized (watched) {
      Watched<M> repository =
          watched.computeIfAbsent(repositoryId, id -> new Watched<>(id, wording, threads));
      Watcher<M> watcher = new Watcher<>(this, repository, afterRevision, sink);
      repository.watchers().add(watcher);
      return watcher;
    }
  }

  void remove(Watched<M> repository, Watcher<M> watcher) {
    synchronized (watched) {
      repository.watchers().remove(watcher);
      if (repository.watchers().isEmpty()) {
        watched.remove(repository.repositoryId(), repository);
      }
    }
  }

  LedgerReads reads() {
    return reads;
  }

  Executor threads() {
    return threads;
  }

  void failed(RuntimeException e) {
    watch.failed(e);
  }

  @Override
  public void committed(String repositoryId, List<Event> events) {
    Watched<M> repository = watched.get(repositoryId);
    if (repository != null) {
      repository.committed(events);
    }
  }

  @Override
  public void inDoubt() {
    threads.execute(() -> each(Watcher::lookAgain));
  }

  /**
   * To be called over and over: a watcher that was told nothing from one call to the next is told
   * that nothing happened. So none is left without a word for longer than two periods.
   */
  public void tick() {
    each(Watcher::tick);
  }

  private void each(Consumer<Watcher<M>> what) {
    watched.values().forEach(repository -> repository.watchers().forEach(what));
  }

  /** How many watch. */
  public int count() {
    return watched.values().stream().mapToInt(one -> one.watchers().size()).sum();
  }
}
