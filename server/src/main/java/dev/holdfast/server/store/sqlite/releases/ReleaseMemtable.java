package dev.holdfast.server.store.sqlite.releases;

import com.carrotsearch.hppc.LongArrayList;
import com.carrotsearch.hppc.LongLongHashMap;
import com.carrotsearch.hppc.LongObjectHashMap;
import com.carrotsearch.hppc.cursors.LongCursor;
import java.util.function.LongConsumer;

/**
 * Entries by their hashes, without an object for each of them: a hundred thousand would be most of
 * what a collection of garbage goes through.
 */
final class ReleaseMemtable {
  private static final LongArrayList NONE = new LongArrayList(0);

  /** The last of each hash. */
  private final LongLongHashMap last;

  /** Those before it, where it keeps them. */
  private final LongObjectHashMap<LongArrayList> older = new LongObjectHashMap<>();

  private int size;

  /**
   * None yet.
   *
   * @param room for so many; more are possible, but everybody waits while room for them is made
   */
  ReleaseMemtable(int room) {
    last = new LongLongHashMap(room);
  }

  /** How many entries there are. */
  int size() {
    return size;
  }

  void add(long hash, long entry) {
    long before = last.put(hash, entry);
    size++;
    if (before == 0) {
      return;
    }
    LongArrayList others = older.get(hash);
    if (ReleaseEntry.keepsOlder(entry)) {
      if (others == null) {
        others = new LongArrayList();
        older.put(hash, others);
      }
      others.add(before);
    } else {
      size -= 1 + (others == null ? 0 : others.size());
      older.remove(hash);
    }
  }

  /** The last entry of a hash; 0 for none. */
  long last(long hash) {
    return last.get(hash);
  }

  /** Goes through the entries of a hash, in the order in which they were added. */
  void forEach(long hash, LongConsumer consumer) {
    if (last.containsKey(hash)) {
      for (LongCursor other : older.getOrDefault(hash, NONE)) {
        consumer.accept(other.value);
      }
      consumer.accept(last.get(hash));
    }
  }

  /** All hashes, in no order. */
  long[] hashes() {
    return last.keys().toArray();
  }
}
