package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.books.Event;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What was committed last in all repositories that are watched, up to so many bytes: whatever comes
 * pushes out what is oldest. A watcher who is further behind reads from the store.
 */
final class RecentEvents {
  private final long limitBytes;
  private final Deque<Commit> commits = new ArrayDeque<>();
  private long bytes;

  private record Commit(Tail tail, long first, long bytes) {}

  RecentEvents(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  synchronized void add(Tail tail, List<Event> events) {
    Commit commit = new Commit(tail, events.get(0).revision(), EventBytes.of(events));
    tail.add(events);
    commits.add(commit);
    bytes += commit.bytes();
    while (bytes > limitBytes) {
      Commit oldest = commits.remove();
      oldest.tail().drop(oldest.first());
      bytes -= oldest.bytes();
    }
  }

  /** How many events are kept. */
  synchronized int keptEvents() {
    return commits.stream().map(Commit::tail).distinct().mapToInt(Tail::size).sum();
  }

  synchronized long bytes() {
    return bytes;
  }
}
