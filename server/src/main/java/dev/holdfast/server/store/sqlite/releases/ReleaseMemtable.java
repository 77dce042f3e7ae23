package dev.holdfast.server.store.sqlite.releases;

import com.carrotsearch.hppc.LongArrayList;
import com.carrotsearch.hppc.LongLongHashMap;
import com.carrotsearch.hppc.LongObjectHashMap;
import com.carrotsearch.hppc.cursors.LongCursor;
import java.util.function.LongConsumer;

/**
 * Holds entries by their hashes, without an object for each entry: a hundred thousand objects would
 * dominate the work of the garbage collector.
 */
final class ReleaseMemtable {
  private static final LongArrayList NONE = new LongArrayList(0);

  /** The last entry of each hash. */
  private final LongLongHashMap last;

  /** The older entries of each hash that the last entry keeps. */
  private final LongObjectHashMap<LongArrayList> older = new LongObjectHashMap<>();

  private int size;

  /**
   * Makes an empty memtable.
   *
   * @param expectedCount the number of entries for which memory is allocated; more are possible,
   *     but the reallocation takes long
   */
  ReleaseMemtable(int expectedCount) {
    last = new LongLongHashMap(expectedCount);
  }

  /** Returns the number of entries. */
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

  /** Returns the last entry of a hash; 0 for none. */
  long last(long hash) {
    return last.get(hash);
  }

  /** Passes the entries of a hash to a consumer, in the order in which they were added. */
  void forEach(long hash, LongConsumer consumer) {
    if (last.containsKey(hash)) {
      for (LongCursor other : older.getOrDefault(hash, NONE)) {
        consumer.accept(other.value);
      }
      consumer.accept(last.get(hash));
    }
  }

  /** Returns all hashes, in no order. */
  long[] hashes() {
    return last.keys().toArray();
  }
}
