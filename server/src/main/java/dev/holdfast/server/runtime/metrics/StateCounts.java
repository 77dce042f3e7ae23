package dev.holdfast.server.runtime.metrics;

import com.carrotsearch.hppc.LongArrayList;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.engine.LedgerReads.StateCount;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the reservations of each repository by state, from the committed events, so that a scrape
 * scans nothing. The counts start from one count of the store, which may take seconds; the events
 * that are committed meanwhile are noted and added afterwards.
 *
 * <p>The lock is held only to add numbers, never while the store is read, and never by a scrape.
 */
final class StateCounts {
  /** Maximum number of noted events: 16 megabytes. With more, the count starts again. */
  private static final int MAX_NOTED = 2_000_000;

  private final int maxNoted;
  private final Map<String, StateCount> counts = new ConcurrentHashMap<>();

  /** Whether the counts are those of the last commit. */
  private volatile boolean exact;

  /**
   * The events that were committed during a count, by repository, each as its revision and effect;
   * null if no count runs.
   */
  private @Nullable Map<String, LongArrayList> noted;

  private int notedCount;

  /** The effects of an event on the counts. */
  private enum Effect {
    NONE(0, 0, 0),
    RESERVED(1, 1, 0),
    FILLED(2, -1, 1),
    RESERVED_RELEASED(3, -1, 0),
    FILLED_RELEASED(4, 0, -1),
    REPOSITORY_DELETED(5, 0, 0);

    static final int BITS = 3;
    private static final Effect[] BY_NUMBER = values();

    /** The number in notes, which is the place in {@link #BY_NUMBER}. */
    final int number;

    final int reserved;
    final int filled;

    Effect(int number, int reserved, int filled) {
      this.number = number;
      this.reserved = reserved;
      this.filled = filled;
    }

    static Effect of(Event event) {
      if (event.change() instanceof Change.SlotReserved) {
        return RESERVED;
      } else if (event.change() instanceof Change.SlotFilled) {
        return FILLED;
      } else if (event.change() instanceof Change.SlotReleased change) {
        return change.released().reservation().filled() ? FILLED_RELEASED : RESERVED_RELEASED;
      }
      return event.deletion() ? REPOSITORY_DELETED : NONE;
    }
  }

  StateCounts() {
    this(MAX_NOTED);
  }

  StateCounts(int maxNoted) {
    this.maxNoted = maxNoted;
  }

  /** Adds the events of one batch. Called by the writer. */
  synchronized void booked(String repositoryId, List<Event> events) {
    if (exact) {
      Sum sum = new Sum(counts.get(repositoryId));
      events.forEach(event -> sum.add(event.revision(), Effect.of(event)));
      sum.putInto(counts, repositoryId);
    } else if (noted != null) {
      notedCount += events.size();
      if (notedCount > maxNoted) {
        noted = null;
      } else {
        note(noted.computeIfAbsent(repositoryId, id -> new LongArrayList()), events);
      }
    }
  }

  private static void note(LongArrayList notes, List<Event> events) {
    for (Event event : events) {
      notes.add(event.revision() << Effect.BITS | Effect.of(event).number);
    }
  }

  /** Discards the counts, because it is unknown which events were committed. */
  synchronized void discard() {
    exact = false;
    noted = null;
  }

  /**
   * Counts the store if the counts are not known. Must be called by one thread at a time.
   *
   * @param store counts the store in one snapshot
   */
  void countIfDue(Supplier<Map<String, StateCount>> store) {
    Map<String, LongArrayList> mine = new HashMap<>();
    synchronized (this) {
      if (exact) {
        return;
      }
      noted = mine;
      notedCount = 0;
    }
    Map<String, StateCount> counted = store.get();
    synchronized (this) {
      if (noted != mine) {
        return;
      }
      counts.clear();
      counts.putAll(counted);
      mine.forEach(
          (repositoryId, notes) -> {
            Sum sum = new Sum(counts.get(repositoryId));
            for (int i = 0; i < notes.size(); i++) {
              int effect = (int) (notes.get(i) & ((1 << Effect.BITS) - 1));
              sum.add(notes.get(i) >>> Effect.BITS, Effect.BY_NUMBER[effect]);
            }
            sum.putInto(counts, repositoryId);
          });
      noted = null;
      exact = true;
    }
  }

  /** The counts of one repository while events are added. */
  private static final class Sum {
    private long revision;
    private long reserved;
    private long filled;
    private boolean deleted;

    Sum(@Nullable StateCount before) {
      if (before != null) {
        revision = before.revision();
        reserved = before.reserved();
        filled = before.filled();
      }
    }

    /** Adds an event, unless the count included it. */
    void add(long eventRevision, Effect effect) {
      if (eventRevision <= revision) {
        return;
      }
      revision = eventRevision;
      reserved += effect.reserved;
      filled += effect.filled;
      deleted = effect == Effect.REPOSITORY_DELETED;
      if (deleted) {
        // A repository without reservations is deleted; one that a count missed has none.
        reserved = 0;
        filled = 0;
      }
    }

    void putInto(Map<String, StateCount> counts, String repositoryId) {
      if (deleted) {
        counts.remove(repositoryId);
      } else {
        counts.put(repositoryId, new StateCount(revision, reserved, filled));
      }
    }
  }

  /** Returns the counts by repository, which change with each commit; null while not known. */
  @Nullable Map<String, StateCount> counts() {
    return exact ? counts : null;
  }
}
