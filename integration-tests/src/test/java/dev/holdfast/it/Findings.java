package dev.holdfast.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Collects the findings of all workloads of a campaign: the acknowledged changes and the errors.
 */
final class Findings {
  enum Kind {
    /** Something acknowledged is gone, or something acknowledged as released is back. */
    LOST,
    /** Bytes were given back twice, or are held twice. */
    DOUBLE_RELEASE,
    /** More was reserved than there was. */
    OVERSOLD,
    /** A watcher missed an event, or received it twice or out of order. */
    MISSED,
    /** Anything else that contradicts what was answered before. */
    INCONSISTENT
  }

  private static final int LARGEST_LIST = 50;

  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong newestRevision = new AtomicLong();
  private final Map<Long, String> generations = new ConcurrentHashMap<>();
  private final Map<Kind, Long> counts = new ConcurrentHashMap<>();
  private final List<String> list = new ArrayList<>();

  void acknowledge(int changes) {
    acknowledged.addAndGet(changes);
  }

  long acknowledged() {
    return acknowledged.get();
  }

  synchronized void add(Kind kind, String what) {
    counts.merge(kind, 1L, Long::sum);
    if (list.size() < LARGEST_LIST) {
      list.add(kind + ": " + what);
      System.err.println("kill campaign: " + kind + ": " + what);
    }
  }

  void require(boolean right, Kind kind, String what) {
    if (!right) {
      add(kind, what);
    }
  }

  /** A reservation was made: its generation must be new. */
  void made(long generation, String operationId) {
    String before = generations.putIfAbsent(generation, operationId);
    require(
        before == null,
        Kind.INCONSISTENT,
        "generation " + generation + " of " + before + " came again for " + operationId);
    saw(generation);
  }

  /** A revision was answered: the repository is to be at least there from now on. */
  void saw(long revision) {
    newestRevision.accumulateAndGet(revision, Math::max);
  }

  long newestRevision() {
    return newestRevision.get();
  }

  long count(Kind kind) {
    return counts.getOrDefault(kind, 0L);
  }

  synchronized List<String> list() {
    return List.copyOf(list);
  }
}
