package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.EventsPage;
import dev.holdfast.server.ledger.EventsQuery;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.RevisionRejections;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One who watches: a place in the history of a repository, and no thread. Whenever something may be
 * there for it, it is woken, and does one step on some thread: it takes the next message from
 * memory, or from the store where it is further behind. Who is not ready takes no step.
 *
 * @param <M> what it is told in
 */
public final class WatchSession<M> {
  private static final String FIELD = "after_revision";

  private final WatchRegistry<M> all;
  private final WatchedRepository<M> repository;
  private final @Nullable Long asked;
  private final Sink<M> sink;

  /** Whether a step is queued or under way: there is one at a time. */
  private final AtomicBoolean stepping = new AtomicBoolean();

  /** Whether it was told anything. */
  private boolean begun;

  /** The repository's revision when it was told for the first time. */
  private long begunRevision;

  /** Everything up to here was told. */
  private volatile long told;

  /** The repository's revision when the store was asked last. */
  private volatile long seen;

  /** Whether only the store can say how far the repository has come. */
  private volatile boolean unsure = true;

  /** Whether it is to be told even that there is nothing. */
  private volatile boolean silent;

  private volatile boolean toldSinceTick;

  /** The room that a message has that the network has not taken over. */
  private final AtomicInteger unsentBytes = new AtomicInteger();

  private volatile long sentNanos;
  private volatile boolean ended;
  private final AtomicBoolean left = new AtomicBoolean();

  /** Whether its end was sent before the last tick. */
  private boolean endIsOld;

  WatchSession(
      WatchRegistry<M> all, WatchedRepository<M> repository, @Nullable Long asked, Sink<M> sink) {
    this.all = all;
    this.repository = repository;
    this.asked = asked;
    this.sink = sink;
    this.sentNanos = all.nanos();
  }

  /** Something may be there for it, or it is ready again. Any thread may say so. */
  public void wake() {
    if ((due() || roomIsUnused()) && stepping.compareAndSet(false, true)) {
      try {
        all.threads().execute(this::run);
      } catch (RejectedExecutionException e) {
        // The server ends, and with it every watch.
        leave();
      }
    }
  }

  /** Nobody waits for it any longer, nor is anything on its way. */
  public void leave() {
    ended = true;
    boolean first = left.compareAndSet(false, true);
    all.remove(repository, this);
    giveRoomBack();
    if (first) {
      all.left(this);
    }
  }

  void lookAgain() {
    unsure = true;
    wake();
  }

  void tick() {
    if (!toldSinceTick) {
      silent = true;
      wake();
    }
    toldSinceTick = false;
  }

  /** Ends the watch of one who takes nothing of what it was sent. */
  void endIfStalled() {
    if (!sink.ready()
        && all.nanos() - sentNanos > all.limits().stalled().toNanos()
        && stepping.compareAndSet(false, true)) {
      end(Rejections.watcherStalled(repository.repositoryId(), told));
    }
  }

  /** Cuts off one who has not taken the end of its watch from one tick to the next. */
  void resetIfNotTaken() {
    if (endIsOld) {
      sink.reset();
    }
    endIsOld = true;
  }

  private boolean due() {
    return !ended && (unsure || silent || told < newest()) && sink.ready();
  }

  private long newest() {
    return Math.max(seen, repository.newest());
  }

  private boolean roomIsUnused() {
    return unsentBytes.get() > 0 && sink.ready();
  }

  private void giveRoomBack() {
    all.unsent().free(unsentBytes.getAndSet(0));
  }

  private void run() {
    try {
      if (due()) {
        // Whoever is ready has nothing on its way.
        giveRoomBack();
        step();
      } else if (roomIsUnused()) {
        giveRoomBack();
      }
    } catch (RuntimeException e) {
      all.failed(e);
      endWatch();
      sink.fail(e);
    }
    stepping.set(false);
    // For what came after this step had looked.
    wake();
  }

  private void step() {
    WatchLimits limits = all.limits();
    // Whoever finds no room is told less at a time, and waits for nobody.
    boolean large = all.unsent().take(limits.messageBytes());
    if (large) {
      unsentBytes.set(limits.messageBytes());
    } else {
      all.crowded();
    }
    try {
      step(large ? limits.messageBytes() : limits.smallMessageBytes());
    } finally {
      if (left.get()) {
        // It left while this took the room.
        giveRoomBack();
      }
    }
  }

  private void step(int limitBytes) {
    WatchedRepository.Piece<M> next = null;
    if (!unsure) {
      next = told < newest() ? repository.next(told, limitBytes) : repository.nothingSince(told);
    }
    if (next == null) {
      askTheStore(limitBytes);
    } else {
      send(next);
    }
  }

  private void askTheStore(int limitBytes) {
    String id = repository.repositoryId();
    unsure = false;
    long after = begun ? told : asked == null ? Long.MAX_VALUE : asked;
    EventsPage page = all.reads().events(EventsQuery.all(id, after, eventCount(limitBytes)));
    if (page == null || (!begun && page.deleted())) {
      end(Rejections.repositoryNotFound(id));
      return;
    }
    if (!begun) {
      told = asked == null ? page.revision() : asked;
      begunRevision = page.revision();
    }
    if (told > page.revision()) {
      end(RevisionRejections.inFuture(id, FIELD, told, page.revision()));
      return;
    }
    seen = page.revision();
    WatchedRepository.Piece<M> next = repository.piece(told, page.events(), limitBytes);
    if (next.to() > told || (!begun && told == seen)) {
      send(next);
    } else if (told < seen) {
      long oldest = page.events().isEmpty() ? seen + 1 : page.events().get(0).revision();
      end(RevisionRejections.compacted(id, FIELD, told, oldest));
    }
  }

  /** As many as a message may have, however small they are. */
  private static int eventCount(int limitBytes) {
    return Math.min(WatchRegistry.EVENTS_A_MESSAGE, Math.max(1, limitBytes / EventBytes.SMALLEST));
  }

  private void send(WatchedRepository.Piece<M> piece) {
    keepRoom(piece.bytes());
    sentNanos = all.nanos();
    sink.send(piece.message());
    begun = true;
    silent = false;
    toldSinceTick = true;
    told = piece.to();
    // A deletion from before it began to watch is history.
    if (piece.deletion() && told > begunRevision) {
      end(Rejections.repositoryNotFound(repository.repositoryId()));
    }
  }

  /** Gives back what a message does not need of the room that was taken for it. */
  private void keepRoom(int bytes) {
    int taken = unsentBytes.get();
    int needed = bytes <= all.limits().smallMessageBytes() ? 0 : Math.min(taken, bytes);
    if (unsentBytes.compareAndSet(taken, needed)) {
      all.unsent().free(taken - needed);
    }
  }

  private void end(Rejection rejection) {
    endWatch();
    sink.end(rejection);
  }

  private void endWatch() {
    ended = true;
    all.remove(repository, this);
    all.ended(this);
    if (left.get()) {
      // Its caller went meanwhile, and nobody speaks of it again.
      all.remove(this);
    }
  }
}
