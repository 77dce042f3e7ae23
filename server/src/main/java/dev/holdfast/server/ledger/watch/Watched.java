package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.books.Event;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A repository while somebody watches it. */
final class Watched<M> {
  private final String repositoryId;
  private final Watches.Wording<M> wording;
  private final Executor threads;
  private final Tail tail = new Tail();
  private final Set<Watcher<M>> watchers = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean waking = new AtomicBoolean();

  /** The last piece that was made of the tail: most watchers are at the same place. */
  private volatile @Nullable Piece<M> shared;

  /**
   * One message and where it leads.
   *
   * @param after the revision that it goes on behind
   * @param to the revision that it leads to
   * @param deletion whether its last event deletes the repository
   * @param message the message
   */
  record Piece<M>(long after, long to, boolean deletion, M message) {}

  Watched(String repositoryId, Watches.Wording<M> wording, Executor threads) {
    this.repositoryId = repositoryId;
    this.wording = wording;
    this.threads = threads;
  }

  String repositoryId() {
    return repositoryId;
  }

  Set<Watcher<M>> watchers() {
    return watchers;
  }

  /** The newest revision that was committed since somebody watches; 0 for none. */
  long newest() {
    return tail.newest();
  }

  /** Takes what was committed, and has everybody told on other threads. */
  void committed(List<Event> events) {
    tail.add(events);
    if (waking.compareAndSet(false, true)) {
      threads.execute(
          () -> {
            waking.set(false);
            watchers.forEach(Watcher::wake);
          });
    }
  }

  /** What comes behind a revision; null where only the store can tell. */
  @Nullable Piece<M> next(long after) {
    Piece<M> made = shared;
    if (made != null && made.after() == after && made.to() > after && made.to() == newest()) {
      return made;
    }
    List<Event> events = tail.after(after, Watches.EVENTS_A_MESSAGE);
    if (events == null || events.isEmpty()) {
      return null;
    }
    Piece<M> piece = piece(after, events);
    shared = piece;
    return piece;
  }

  /** A message that only says up to where everything was told. */
  Piece<M> nothingSince(long revision) {
    Piece<M> made = shared;
    if (made != null && made.after() == revision && made.to() == revision) {
      return made;
    }
    Piece<M> piece = piece(revision, List.of());
    shared = piece;
    return piece;
  }

  /** A message of events that come right behind a revision, up to a deletion or a gap. */
  Piece<M> piece(long after, List<Event> events) {
    int count = 0;
    boolean deletion = false;
    while (count < events.size()
        && !deletion
        && events.get(count).revision() == after + count + 1) {
      deletion = events.get(count).deletion();
      count++;
    }
    M message = wording.message(repositoryId, events.subList(0, count), after + count);
    return new Piece<>(after, after + count, deletion, message);
  }
}
