package dev.holdfast.server.store.sqlite.releases;

import java.util.function.LongConsumer;

/** Selects the entry with the latest place before another place; 0 for none. */
final class LatestEntry implements LongConsumer {
  private final long before;
  private long entry;

  LatestEntry(long before) {
    this.before = before;
  }

  @Override
  public void accept(long other) {
    long place = ReleaseEntry.place(other);
    if (place < before && place > ReleaseEntry.place(entry)) {
      entry = other;
    }
  }

  long entry() {
    return entry;
  }
}
