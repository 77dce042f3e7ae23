package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the slots that were altered last: an attempt's next step comes soon, and then
 * needs no look into the file. Only for the one who writes, who alone alters them.
 */
final class SlotCache {
  /**
   * Some two megabytes. The attempts under way are what it is for; more would be carried along by
   * every collection of garbage, and everybody waits for those.
   */
  private static final int SLOTS = 2048;

  private record Key(String repositoryId, Slot slot) {}

  private final Map<Key, SlotHistory> slots =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, SlotHistory> eldest) {
          return size() > SLOTS;
        }
      };

  /** All that is known of a slot; null where the file has to be asked. */
  @Nullable SlotHistory get(String repositoryId, Slot slot) {
    return slots.get(new Key(repositoryId, slot));
  }

  void put(String repositoryId, Slot slot, SlotHistory history) {
    slots.put(new Key(repositoryId, slot), history);
  }

  void remove(String repositoryId, Slot slot) {
    slots.remove(new Key(repositoryId, slot));
  }

  void clear() {
    slots.clear();
  }
}
