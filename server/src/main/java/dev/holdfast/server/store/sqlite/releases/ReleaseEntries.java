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
 * Computes the entries that the releases of a transaction add to the index. The first release of a
 * slot adds one entry, under the slot's hash. Each later release replaces that entry, and adds
 * entries for the release before it: under its generation, and under its operation ids.
 *
 * <p>So a slot without an entry under its hash was never released, which one lookup determines.
 */
public final class ReleaseEntries {
  private final ReleaseIndex index;

  /** The last entry that the transaction added under the hash of each slot. */
  private final LongLongHashMap added = new LongLongHashMap();

  private int count;

  public ReleaseEntries(ReleaseIndex index) {
    this.index = index;
  }

  /** Returns the number of entries so far. */
  public int count() {
    return count;
  }

  /**
   * Returns the entries of a chunk, as alternating hashes and entries.
   *
   * @param pasts the pasts of all released slots; each release updates them
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
    long last = added.containsKey(hash) ? added.get(hash) : index.lastAdded(hash);
    // Another slot with this hash may have been released since the past of this slot was loaded.
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
   * Encodes the entries of a chunk, which are stored beside its events for later starts; returns
   * null if they follow from the events: one entry for each release, which replaces all older
   * entries.
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
      entries.accept(numbers.get(), numbers.get());
    }
  }
}
