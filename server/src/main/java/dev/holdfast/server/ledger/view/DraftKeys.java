package dev.holdfast.server.ledger.view;

import dev.holdfast.server.ledger.books.Entry;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A datastore with unwritten changes on top; part of a {@link Draft}. */
final class DraftKeys implements Keys {
  private final Keys base;

  /** The changed keys with their new entries. */
  private final Map<String, Optional<Entry>> altered = new HashMap<>();

  private long lastPut;
  private long countChange;

  DraftKeys(Keys base) {
    this.base = base;
  }

  @Override
  public long version(String key) {
    Optional<Entry> entry = altered.get(key);
    return entry == null ? base.version(key) : entry.map(Entry::version).orElse(0L);
  }

  @Override
  public long lastVersion() {
    return Math.max(base.lastVersion(), lastPut);
  }

  @Override
  public long count() {
    return base.count() + countChange;
  }

  void put(Entry entry) {
    if (entry.version() <= lastVersion()) {
      throw new IllegalStateException("version was used before: " + entry);
    }
    countChange += version(entry.key()) == 0 ? 1 : 0;
    lastPut = entry.version();
    altered.put(entry.key(), Optional.of(entry));
  }

  void delete(String key) {
    if (version(key) == 0) {
      throw new IllegalStateException("key does not exist: " + key);
    }
    countChange--;
    altered.put(key, Optional.empty());
  }

  Delta.KeysDelta delta() {
    return new Delta.KeysDelta(altered, lastPut);
  }
}
