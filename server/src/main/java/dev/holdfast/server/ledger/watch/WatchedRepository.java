package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.books.Event;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A repository with at least one watcher. */
final class WatchedRepository<M> {
  private final String repositoryId;
  private final WatchRegistry<M> registry;
  private final RecentEvents recentEvents = new RecentEvents();
  private final Set<WatchSession<M>> watchers = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean waking = new AtomicBoolean();

  /**
   * A message and the revisions that it covers.
   *
   * @param repository the repository
   * @param after the revision before the message
   * @param to the revision reached with the message
   * @param deletion whether its last event deletes the repository
   * @param message the message
   * @param bytes the message's size
   */
  record Message<M>(
      WatchedRepository<M> repository,
      long after,
      long to,
      boolean deletion,
      M message,
      int bytes) {}

  WatchedRepository(String repositoryId, WatchRegistry<M> registry) {
    this.repositoryId = repositoryId;
    this.registry = registry;
  }

  String repositoryId() {
    return repositoryId;
  }

  Set<WatchSession<M>> watchers() {
    return watchers;
  }

  /** Returns the newest revision committed since the first watcher came; 0 for none. */
  long newest() {
    return recentEvents.newest();
  }

  /** Records a commit and wakes all watchers on other threads. */
  void committed(List<Event> events) {
    registry.recent().add(recentEvents, events);
    wake();
  }

  /** Records a revision that another server may have committed. */
  void reached(long revision) {
    if (recentEvents.reach(revision)) {
      wake();
    }
  }

  private void wake() {
    if (waking.compareAndSet(false, true)) {
      registry
          .threads()
          .execute(
              () -> {
                waking.set(false);
                watchers.forEach(WatchSession::wake);
              });
    }
  }

  /** Drops all events, because no watcher is left. */
  void drop() {
    recentEvents.dropAll();
  }

  /**
   * Returns the message after a revision; null if only the store has its events.
   *
   * @param limitBytes maximum size of the message
   */
  @Nullable Message<M> next(long after, int limitBytes) {
    Message<M> cached = registry.messageCache().get(this);
    if (cached != null
        && cached.after() == after
        && cached.to() > after
        && cached.to() == newest()
        && cached.bytes() <= limitBytes) {
      return cached;
    }
    List<Event> events = recentEvents.after(after, WatchRegistry.EVENTS_PER_MESSAGE);
    return events == null ? null : cache(message(after, events, limitBytes));
  }

  /** Returns a message without events, which only confirms the revision. */
  Message<M> progress(long revision) {
    Message<M> cached = registry.messageCache().get(this);
    if (cached != null && cached.after() == revision && cached.to() == revision) {
      return cached;
    }
    return cache(message(revision, List.of(), 0));
  }

  private Message<M> cache(Message<M> message) {
    registry.messageCache().put(message);
    return message;
  }

  /**
   * Makes a message of the events that follow a revision, up to a deletion or a gap.
   *
   * @param limitBytes approximate maximum size; the message has at least one event
   */
  Message<M> message(long after, List<Event> events, int limitBytes) {
    int count = 0;
    int bytes = 0;
    boolean deletion = false;
    while (count < events.size()
        && !deletion
        && events.get(count).revision() == after + count + 1) {
      bytes += EventBytes.of(events.get(count));
      if (count > 0 && bytes > limitBytes) {
        break;
      }
      deletion = events.get(count).deletion();
      count++;
    }
    WatchRegistry.MessageConverter<M> converter = registry.converter();
    M message = converter.message(repositoryId, events.subList(0, count), after + count);
    return new Message<>(this, after, after + count, deletion, message, converter.bytes(message));
  }
}
