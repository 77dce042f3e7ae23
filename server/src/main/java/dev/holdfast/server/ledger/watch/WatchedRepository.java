package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.books.Event;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A repository while somebody watches it. */
final class WatchedRepository<M> {
  private final String repositoryId;
  private final WatchRegistry<M> all;
  private final Tail tail = new Tail();
  private final Set<WatchSession<M>> watchers = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean waking = new AtomicBoolean();

  /**
   * One message and where it leads.
   *
   * @param of the repository
   * @param after the revision that it goes on behind
   * @param to the revision that it leads to
   * @param deletion whether its last event deletes the repository
   * @param message the message
   * @param bytes the message's size
   */
  record Piece<M>(
      WatchedRepository<M> of, long after, long to, boolean deletion, M message, int bytes) {}

  WatchedRepository(String repositoryId, WatchRegistry<M> all) {
    this.repositoryId = repositoryId;
    this.all = all;
  }

  String repositoryId() {
    return repositoryId;
  }

  Set<WatchSession<M>> watchers() {
    return watchers;
  }

  /** The newest revision that was committed since somebody watches; 0 for none. */
  long newest() {
    return tail.newest();
  }

  /** Takes what was committed, and has everybody told on other threads. */
  void committed(List<Event> events) {
    all.recent().add(tail, events);
    if (waking.compareAndSet(false, true)) {
      all.threads()
          .execute(
              () -> {
                waking.set(false);
                watchers.forEach(WatchSession::wake);
              });
    }
  }

  /** Nobody watches it any longer. */
  void drop() {
    tail.dropAll();
  }

  /**
   * What comes behind a revision; null where only the store can tell.
   *
   * @param limitBytes how large the message may be
   */
  @Nullable Piece<M> next(long after, int limitBytes) {
    Piece<M> made = all.shared().get(this);
    if (made != null
        && made.after() == after
        && made.to() > after
        && made.to() == newest()
        && made.bytes() <= limitBytes) {
      return made;
    }
    List<Event> events = tail.after(after, WatchRegistry.EVENTS_A_MESSAGE);
    return events == null ? null : shared(piece(after, events, limitBytes));
  }

  /** A message that only says up to where everything was told. */
  Piece<M> nothingSince(long revision) {
    Piece<M> made = all.shared().get(this);
    if (made != null && made.after() == revision && made.to() == revision) {
      return made;
    }
    return shared(piece(revision, List.of(), 0));
  }

  private Piece<M> shared(Piece<M> piece) {
    all.shared().put(piece);
    return piece;
  }

  /**
   * A message of events that come right behind a revision, up to a deletion or a gap.
   *
   * @param limitBytes about how large it may be; one event is taken in any case
   */
  Piece<M> piece(long after, List<Event> events, int limitBytes) {
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
    WatchRegistry.Wording<M> wording = all.wording();
    M message = wording.message(repositoryId, events.subList(0, count), after + count);
    return new Piece<>(this, after, after + count, deletion, message, wording.bytes(message));
  }
}
