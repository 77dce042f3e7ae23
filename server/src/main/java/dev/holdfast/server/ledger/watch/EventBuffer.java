package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.books.Event;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Keeps the most recent events of all watched repositories, up to a limit in bytes: new events
 * evict the oldest ones. A watcher that is further behind reads from the store.
 */
final class EventBuffer {
  private final long limitBytes;
  private final Deque<Commit> commits = new ArrayDeque<>();
  private long bytes;

  private record Commit(RecentEvents repositoryEvents, long first, long bytes) {}

  EventBuffer(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  synchronized void add(RecentEvents repositoryEvents, List<Event> events) {
    Commit commit = new Commit(repositoryEvents, events.get(0).revision(), EventBytes.of(events));
    repositoryEvents.add(events);
    commits.add(commit);
    bytes += commit.bytes();
    while (bytes > limitBytes) {
      Commit oldest = commits.remove();
      oldest.repositoryEvents().drop(oldest.first());
      bytes -= oldest.bytes();
    }
  }

  /** Returns the number of kept events. */
  synchronized int eventCount() {
    return commits.stream()
        .map(Commit::repositoryEvents)
        .distinct()
        .mapToInt(RecentEvents::size)
        .sum();
  }

  synchronized long bytes() {
    return bytes;
  }
}
