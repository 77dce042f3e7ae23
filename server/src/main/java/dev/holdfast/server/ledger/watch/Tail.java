package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.books.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The newest events of one repository, so that who is up to date needs nothing from the store.
 * Their revisions are in a row. {@link RecentEvents} says how many of them are kept.
 */
final class Tail {
  /** What was committed at once, by its first revision. */
  private final TreeMap<Long, List<Event>> commits = new TreeMap<>();

  private volatile long newest;

  /** The newest revision that it was told of; 0 before it was told of any. */
  long newest() {
    return newest;
  }

  /** Adds what was committed. */
  synchronized void add(List<Event> events) {
    long first = events.get(0).revision();
    // What lies between was committed without a word about it, so only the store knows it.
    if (first != newest + 1) {
      commits.clear();
    }
    commits.put(first, events);
    newest = events.get(events.size() - 1).revision();
  }

  /** Drops what was committed at once, from this revision on; it is the oldest that there is. */
  synchronized void drop(long first) {
    commits.remove(first);
  }

  synchronized int size() {
    return commits.values().stream().mapToInt(List::size).sum();
  }

  synchronized void dropAll() {
    commits.clear();
  }

  /**
   * The events behind a revision.
   *
   * @param limit how many at the most
   * @return null where the next one is not here
   */
  synchronized @Nullable List<Event> after(long revision, int limit) {
    Long from = commits.floorKey(revision + 1);
    if (from == null || revision >= newest) {
      return null;
    }
    List<Event> events = new ArrayList<>();
    for (Map.Entry<Long, List<Event>> commit : commits.tailMap(from, true).entrySet()) {
      List<Event> some = commit.getValue();
      int skipped = (int) Math.max(0, revision + 1 - commit.getKey());
      int end = Math.min(some.size(), skipped + limit - events.size());
      events.addAll(some.subList(skipped, end));
      if (events.size() == limit) {
        break;
      }
    }
    return events;
  }
}
