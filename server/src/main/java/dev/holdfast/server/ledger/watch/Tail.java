package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.books.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The newest events of one repository, so that who is up to date needs nothing from the store.
 * Their revisions are in a row.
 */
final class Tail {
  /** Some hundred kilobytes, and several batches. */
  static final int SIZE = 4096;

  private final @Nullable Event[] ring = new @Nullable Event[SIZE];

  /** The revisions of the oldest and the newest one; 0 while there is none. */
  private long oldest;

  private volatile long newest;

  /** The newest revision that it was told of; 0 before it was told of any. */
  long newest() {
    return newest;
  }

  /** Adds what was committed. */
  synchronized void add(List<Event> events) {
    long first = events.get(0).revision();
    // What lies between was committed without a word about it, so only the store knows it.
    if (oldest == 0 || first != newest + 1) {
      oldest = first;
    }
    for (Event event : events) {
      ring[slot(event.revision())] = event;
    }
    long last = events.get(events.size() - 1).revision();
    oldest = Math.max(oldest, last - SIZE + 1);
    newest = last;
  }

  /**
   * The events behind a revision.
   *
   * @param limit how many at the most
   * @return null where the next one is older than what is here
   */
  synchronized @Nullable List<Event> after(long revision, int limit) {
    if (oldest == 0 || revision + 1 < oldest) {
      return null;
    }
    long to = Math.min(newest, revision + limit);
    List<Event> events = new ArrayList<>((int) Math.max(0, to - revision));
    for (long next = revision + 1; next <= to; next++) {
      events.add(Objects.requireNonNull(ring[slot(next)]));
    }
    return events;
  }

  private static int slot(long revision) {
    return (int) (revision % SIZE);
  }
}
