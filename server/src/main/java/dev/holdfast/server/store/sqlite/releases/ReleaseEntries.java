package dev.holdfast.server.store.sqlite.releases;

import com.carrotsearch.hppc.LongArrayList;
import com.carrotsearch.hppc.LongLongHashMap;
import com.carrotsearch.hppc.cursors.LongCursor;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.store.sqlite.rows.EventPlace;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the releases of a transaction add to the index. The first release of a slot adds one entry,
 * under the slot's hash. Each later one takes the place of that, and adds entries for the release
 * before it: under its generation, and under its operation ids.
 *
 * <p>So a slot without an entry under its hash has no past at all, and one lookup tells that.
 */
public final class ReleaseEntries {
  private final ReleaseIndex index;

  /** The last entry of each slot's hash, of those that the transaction adds. */
  private final LongLongHashMap added = new LongLongHashMap();

  private int count;

  public ReleaseEntries(ReleaseIndex index) {
    this.index = index;
  }

  /** How many entries there are so far. */
  public int count() {
    return count;
  }

  /**
   * The entries of a chunk: hashes and entries in turn.
   *
   * @param pasts the pasts of all slots that are released; altered with each release
   */
  public LongArrayList of(long repository, long chunk, List<Event> events, SlotPasts pasts) {
    LongArrayList entries = new LongArrayList(2 * events.size());
    for (int i = 0; i < events.size(); i++) {
      if (events.get(i).change() instanceof Change.SlotReleased change) {
        add(repository, change.released(), EventPlace.of(chunk, i), pasts, entries);
      }
    }
    count += entries.size() / 2;
    return entries;
  }

  private void add(
      long repository, Released released, long place, SlotPasts pasts, LongArrayList entries) {
    Slot slot = released.reservation().slot();
    SlotPasts.Past past = pasts.of(slot);
    long known = past == null ? 0 : past.entry();
    long hash = index.hashes().ofSlot(repository, slot);
    long last = added.containsKey(hash) ? added.get(hash) : index.addedLast(hash);
    // Another slot's may have come since this one's past was loaded.
    boolean shared =
        ReleaseEntry.keepsOlder(known)
            || (last != 0 && ReleaseEntry.place(last) != ReleaseEntry.place(known));
    long entry = shared ? ReleaseEntry.keepingOlder(place) : place;
    entries.add(hash, entry);
    added.put(hash, entry);
    if (past != null && past.latest() != null) {
      addKeys(repository, past.latest(), ReleaseEntry.keepingOlder(known), entries);
    }
    pasts.put(slot, new SlotPasts.Past(released, entry));
  }

  private void addKeys(long repository, Released past, long entry, LongArrayList entries) {
    Reservation reservation = past.reservation();
    ReleaseHashes hashes = index.hashes();
    entries.add(
        hashes.ofGeneration(repository, reservation.slot(), reservation.generation()), entry);
    for (String operationId :
        List.of(
            reservation.reserveOperationId(),
            reservation.fill().operationId(),
            past.operationId())) {
      if (!operationId.isEmpty()) {
        entries.add(hashes.ofOperation(repository, reservation.slot(), operationId), entry);
      }
    }
  }

  /**
   * The entries of a chunk as they stand beside its events, for a start that reads them; null where
   * the events alone tell them: one for each release, in the place of all older ones.
   */
  public static byte @Nullable [] encode(List<Event> events, LongArrayList entries) {
    long releases =
        events.stream().filter(event -> event.change() instanceof Change.SlotReleased).count();
    boolean plain = entries.size() == 2 * releases;
    for (int i = 1; plain && i < entries.size(); i += 2) {
      plain = !ReleaseEntry.keepsOlder(entries.get(i));
    }
    if (plain) {
      return null;
    }
    ByteBuffer bytes = ByteBuffer.allocate(entries.size() * Long.BYTES);
    LongBuffer numbers = bytes.asLongBuffer();
    for (LongCursor number : entries) {
      numbers.put(number.value);
    }
    return bytes.array();
  }

  static void decode(byte[] bytes, ReleaseRun.Entries entries) {
    LongBuffer numbers = ByteBuffer.wrap(bytes).asLongBuffer();
    while (numbers.hasRemaining()) {
      entries.take(numbers.get(), numbers.get());
    }
  }
}
