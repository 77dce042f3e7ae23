package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.EventsPage;
import dev.holdfast.server.ledger.EventsQuery;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.RevisionRejections;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One who watches: a place in the history of a repository, and no thread. Whenever something may be
 * there for it, it is woken, and does one step on some thread: it takes the next message from
 * memory, or from the store where it is further behind. Who is not ready takes no step.
 *
 * @param <M> what it is told in
 */
public final class Watcher<M> {
  private static final String FIELD = "after_revision";

  private final Watches<M> all;
  private final Watched<M> repository;
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
  private volatile boolean ended;

  Watcher(Watches<M> all, Watched<M> repository, @Nullable Long asked, Sink<M> sink) {
    this.all = all;
    this.repository = repository;
    this.asked = asked;
    this.sink = sink;
  }

  /** Something may be there for it, or it is ready again. Any thread may say so. */
  public void wake() {
    if (due() && stepping.compareAndSet(false, true)) {
      try {
        all.threads().execute(this::run);
      } catch (RejectedExecutionException e) {
        // The server ends, and with it every watch.
        leave();
      }
    }
  }

  /** Nobody waits for it any longer. */
  public void leave() {
    ended = true;
    all.remove(repository, this);
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

  private boolean due() {
    return !ended && (unsure || silent || told < newest()) && sink.ready();
  }

  private long newest() {
    return Math.max(seen, repository.newest());
  }

  private void run() {
    try {
      if (due()) {
        step();
      }
    } catch (RuntimeException e) {
      all.failed(e);
      leave();
      sink.fail(e);
    }
    stepping.set(false);
    // For what came after this step had looked.
    wake();
  }

  private void step() {
    Watched.Piece<M> next = null;
    if (!unsure) {
      next = told < newest() ? repository.next(told) : repository.nothingSince(told);
    }
    if (next == null) {
      askTheStore();
    } else {
      send(next);
    }
  }

  private void askTheStore() {
    String id = repository.repositoryId();
    unsure = false;
    long after = begun ? told : asked == null ? Long.MAX_VALUE : asked;
    EventsPage page = all.reads().events(EventsQuery.all(id, after, Watches.EVENTS_A_MESSAGE));
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
    Watched.Piece<M> next = repository.piece(told, page.events());
    if (next.to() > told || (!begun && told == seen)) {
      send(next);
    } else if (told < seen) {
      long oldest = page.events().isEmpty() ? seen + 1 : page.events().get(0).revision();
      end(RevisionRejections.compacted(id, FIELD, told, oldest));
    }
  }

  private void send(Watched.Piece<M> piece) {
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

  private void end(Rejection rejection) {
    leave();
    sink.end(rejection);
  }
}
