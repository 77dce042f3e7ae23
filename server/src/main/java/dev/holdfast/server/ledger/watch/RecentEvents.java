package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.books.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The most recent events of one repository, so that up-to-date watchers need no read from the
 * store. Their revisions have no gaps. {@link EventBuffer} decides how many are kept.
 */
final class RecentEvents {
  /** The events of each commit, by first revision. */
  private final TreeMap<Long, List<Event>> commits = new TreeMap<>();

  private volatile long newest;

  /** Returns the newest revision that was added; 0 before the first. */
  long newest() {
    return newest;
  }

  /** Adds the events of a commit; ignores them if a later revision is known. */
  synchronized void add(List<Event> events) {
    long first = events.get(0).revision();
    long last = events.get(events.size() - 1).revision();
    if (last <= newest) {
      return;
    }
    // The events between were committed without a notification, so only the store has them.
    if (first != newest + 1) {
      commits.clear();
    }
    commits.put(first, events);
    newest = last;
  }

  /**
   * Records that the repository has reached a revision, whose events only the store has.
   *
   * @return whether that is news
   */
  synchronized boolean reach(long revision) {
    if (revision <= newest) {
      return false;
    }
    commits.clear();
    newest = revision;
    return true;
  }

  /** Drops the oldest commit, which starts with this revision. */
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
   * Returns the events after a revision.
   *
   * @param limit maximum number of events
   * @return null if the next event is not here
   */
  synchronized @Nullable List<Event> after(long revision, int limit) {
    Long from = commits.floorKey(revision + 1);
    if (from == null || revision >= newest) {
      return null;
    }
    List<Event> events = new ArrayList<>();
    for (Map.Entry<Long, List<Event>> commit : commits.tailMap(from, true).entrySet()) {
      List<Event> committed = commit.getValue();
      int skipped = (int) Math.max(0, revision + 1 - commit.getKey());
      int end = Math.min(committed.size(), skipped + limit - events.size());
      events.addAll(committed.subList(skipped, end));
      if (events.size() == limit) {
        break;
      }
    }
    return events;
  }
}
