package dev.holdfast.server.store.sqlite;

import com.carrotsearch.hppc.LongArrayList;
import com.carrotsearch.hppc.LongLongHashMap;
import com.carrotsearch.hppc.LongObjectHashMap;
import com.carrotsearch.hppc.cursors.LongCursor;
import java.util.function.LongConsumer;

/**
 * Revisions by the hash of what they released, without an object for each of them: a hundred
 * thousand would be most of what a collection of garbage goes through.
 */
final class ReleasedRevisions {
  private static final LongArrayList NONE = new LongArrayList(0);

  /** The newest of each hash. */
  private final LongLongHashMap newest;

  /** The others, of what was released more than once. */
  private final LongObjectHashMap<LongArrayList> older = new LongObjectHashMap<>();

  private int size;

  /**
   * None yet.
   *
   * @param room for so many; more are possible, but everybody waits while room for them is made
   */
  ReleasedRevisions(int room) {
    newest = new LongLongHashMap(room);
  }

  /** How many revisions there are. */
  int size() {
    return size;
  }

  void add(long hash, long revision) {
    if (newest.containsKey(hash)) {
      LongArrayList others = older.get(hash);
      if (others == null) {
        others = new LongArrayList();
        older.put(hash, others);
      }
      others.add(newest.get(hash));
    }
    newest.put(hash, revision);
    size++;
  }

  /** Goes through the revisions of a hash, in no order. */
  void forEach(long hash, LongConsumer consumer) {
    if (newest.containsKey(hash)) {
      consumer.accept(newest.get(hash));
      for (LongCursor other : older.getOrDefault(hash, NONE)) {
        consumer.accept(other.value);
      }
    }
  }

  /** All hashes, in no order. */
  long[] hashes() {
    return newest.keys().toArray();
  }
}
