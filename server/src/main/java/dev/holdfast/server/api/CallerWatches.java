package dev.holdfast.server.api;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Counts the open watches of each authenticated caller, so that one of them cannot take the places
 * of all others. Callers of a server without authentication are limited by their connections.
 */
final class CallerWatches {
  /** A quarter of all watches that a server has room for. */
  static final int MAX_OF_EACH = 2500;

  private final int maxOfEach;
  private final ConcurrentMap<String, Integer> counts = new ConcurrentHashMap<>();

  CallerWatches(int maxOfEach) {
    this.maxOfEach = maxOfEach;
  }

  /**
   * Takes a place for a watch.
   *
   * @param caller the caller's name; null if it is unknown
   * @return gives the place back, however often it runs; null if the caller has no place left
   */
  @Nullable Runnable enter(@Nullable String caller) {
    if (caller == null) {
      return () -> {};
    }
    if (counts.merge(caller, 1, Integer::sum) > maxOfEach) {
      leave(caller);
      return null;
    }
    AtomicBoolean left = new AtomicBoolean();
    return () -> {
      if (left.compareAndSet(false, true)) {
        leave(caller);
      }
    };
  }

  private void leave(String caller) {
    counts.computeIfPresent(caller, (name, count) -> count == 1 ? null : count - 1);
  }

  int maxOfEach() {
    return maxOfEach;
  }
}
