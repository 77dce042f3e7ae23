package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.RevisionRejections;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One watch: a revision in the history of a repository, without a thread. It is woken when a
 * message may be available, and then performs one step on some thread: it sends the next message
 * from memory, or from the store if it is further behind. It performs no step while its sink is not
 * ready.
 *
 * @param <M> the type of messages
 */
public final class WatchSession<M> {
  private static final String FIELD = "after_revision";

  private final WatchRegistry<M> registry;
  private final WatchedRepository<M> repository;
  private final @Nullable Long afterRevision;
  private final Sink<M> sink;

  /** Whether a step is queued or running; there is at most one at a time. */
  private final AtomicBoolean stepping = new AtomicBoolean();

  /** Whether a message was sent. */
  private boolean started;

  /** The repository's revision at the first message. */
  private long startRevision;

  /** The revision up to which everything was sent. */
  private volatile long sentRevision;

  /** The repository's revision at the last read of the store. */
  private volatile long storeRevision;

  /** Whether only the store knows the repository's current revision. */
  private volatile boolean storeReadDue = true;

  /** Whether a message is due even without events. */
  private volatile boolean heartbeatDue;

  private volatile boolean sentSinceTick;

  /** The reserved bytes of a message that the network has not accepted yet. */
  private final AtomicInteger unsentBytes = new AtomicInteger();

  private volatile long sentNanos;
  private volatile boolean ended;
  private final AtomicBoolean left = new AtomicBoolean();

  /** Whether the end was sent before the last tick. */
  private boolean endedBeforeTick;

  WatchSession(
      WatchRegistry<M> registry,
      WatchedRepository<M> repository,
      @Nullable Long afterRevision,
      Sink<M> sink) {
    this.registry = registry;
    this.repository = repository;
    this.afterRevision = afterRevision;
    this.sink = sink;
    this.sentNanos = registry.nanos();
  }

  /** Performs a step if a message may be available or the sink is ready again. Thread-safe. */
  public void wake() {
    if ((due() || hasUnusedBudget()) && stepping.compareAndSet(false, true)) {
      try {
        registry.threads().execute(this::run);
      } catch (RejectedExecutionException e) {
        // The server shuts down, which ends every watch.
        leave();
      }
    }
  }

  /** Ends the watch because its client is gone. */
  public void leave() {
    ended = true;
    boolean first = left.compareAndSet(false, true);
    registry.remove(repository, this);
    releaseBudget();
    if (first) {
      registry.left(this);
    }
  }

  void rereadStore() {
    storeReadDue = true;
    wake();
  }

  void tick() {
    if (!sentSinceTick) {
      heartbeatDue = true;
      wake();
    }
    sentSinceTick = false;
  }

  /** Ends the watch if its client does not read. */
  void endIfStalled() {
    if (!sink.ready()
        && registry.nanos() - sentNanos > registry.limits().stalled().toNanos()
        && stepping.compareAndSet(false, true)) {
      end(Rejections.watcherStalled(repository.repositoryId(), sentRevision));
    }
  }

  /** Resets the call if its client has not read the end of the watch between two ticks. */
  void resetIfEndUnread() {
    if (endedBeforeTick) {
      sink.reset();
    }
    endedBeforeTick = true;
  }

  private boolean due() {
    return !ended && (storeReadDue || heartbeatDue || sentRevision < newest()) && sink.ready();
  }

  private long newest() {
    return Math.max(storeRevision, repository.newest());
  }

  private boolean hasUnusedBudget() {
    return unsentBytes.get() > 0 && sink.ready();
  }

  private void releaseBudget() {
    registry.unsent().release(unsentBytes.getAndSet(0));
  }

  private void run() {
    try {
      if (due()) {
        // A ready sink has no unsent message.
        releaseBudget();
        step();
      } else if (hasUnusedBudget()) {
        releaseBudget();
      }
    } catch (RuntimeException e) {
      registry.failed(e);
      endWatch();
      sink.fail(e);
    }
    stepping.set(false);
    // Covers events that arrived after this step's check.
    wake();
  }

  private void step() {
    WatchLimits limits = registry.limits();
    // Without budget, the message is small, and the watcher does not wait.
    boolean large = registry.unsent().tryReserve(limits.messageBytes());
    if (large) {
      unsentBytes.set(limits.messageBytes());
    } else {
      registry.limitReached();
    }
    try {
      step(large ? limits.messageBytes() : limits.smallMessageBytes());
    } finally {
      if (left.get()) {
        // The client left while this step reserved the budget.
        releaseBudget();
      }
    }
  }

  private void step(int limitBytes) {
    WatchedRepository.Message<M> next = null;
    if (!storeReadDue) {
      next =
          sentRevision < newest()
              ? repository.next(sentRevision, limitBytes)
              : repository.progress(sentRevision);
    }
    if (next == null) {
      readStore(limitBytes);
    } else {
      send(next);
    }
  }

  private void readStore(int limitBytes) {
    String id = repository.repositoryId();
    storeReadDue = false;
    long after = started ? sentRevision : afterRevision == null ? Long.MAX_VALUE : afterRevision;
    EventsPage page = registry.reads().events(EventsQuery.all(id, after, eventCount(limitBytes)));
    if (page == null || (!started && page.deleted())) {
      end(Rejections.repositoryNotFound(id));
      return;
    }
    if (!started) {
      sentRevision = afterRevision == null ? page.revision() : afterRevision;
      startRevision = page.revision();
    }
    if (sentRevision > page.revision()) {
      registry.namedFuture(id, sentRevision, page.revision());
      end(RevisionRejections.inFuture(id, FIELD, sentRevision, page.revision()));
      return;
    }
    storeRevision = page.revision();
    WatchedRepository.Message<M> next = repository.message(sentRevision, page.events(), limitBytes);
    if (next.to() > sentRevision || (!started && sentRevision == storeRevision)) {
      send(next);
    } else if (sentRevision < storeRevision) {
      long oldest = page.events().isEmpty() ? storeRevision + 1 : page.events().get(0).revision();
      end(RevisionRejections.compacted(id, FIELD, sentRevision, oldest));
    }
  }

  /** Returns the maximum number of events of a message, assuming the smallest events. */
  private static int eventCount(int limitBytes) {
    return Math.min(
        WatchRegistry.EVENTS_PER_MESSAGE, Math.max(1, limitBytes / EventBytes.SMALLEST));
  }

  private void send(WatchedRepository.Message<M> next) {
    shrinkBudget(next.bytes());
    sentNanos = registry.nanos();
    sink.send(next.message());
    started = true;
    heartbeatDue = false;
    sentSinceTick = true;
    sentRevision = next.to();
    // A deletion before the start of the watch is history.
    if (next.deletion() && sentRevision > startRevision) {
      end(Rejections.repositoryNotFound(repository.repositoryId()));
    }
  }

  /** Releases the reserved bytes that the message does not need. */
  private void shrinkBudget(int bytes) {
    int reserved = unsentBytes.get();
    int needed = bytes <= registry.limits().smallMessageBytes() ? 0 : Math.min(reserved, bytes);
    if (unsentBytes.compareAndSet(reserved, needed)) {
      registry.unsent().release(reserved - needed);
    }
  }

  private void end(Rejection rejection) {
    endWatch();
    sink.end(rejection);
  }

  private void endWatch() {
    ended = true;
    registry.remove(repository, this);
    registry.ended(this);
    if (left.get()) {
      // The client left meanwhile, so no later call removes this watch.
      registry.remove(this);
    }
  }
}
