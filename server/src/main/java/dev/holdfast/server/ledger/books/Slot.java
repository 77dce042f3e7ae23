package dev.holdfast.server.ledger.books;

import java.util.Comparator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A slot of a storage request. */
public final class Slot implements Comparable<Slot> {
  private static final Comparator<Slot> ORDER =
      Comparator.comparing(Slot::requestId).thenComparing(Slot::slotIndex, Long::compareUnsigned);

  private final String requestId;
  private final long slotIndex;

  /**
   * Computed in the constructor, on the caller's thread, because the single writer needs it several
   * times.
   */
  private final int hash;

  private volatile byte @Nullable [] key;

  /**
   * Makes a slot.
   *
   * @param requestId the request id in its normalised spelling
   * @param slotIndex the index in the request, 0 … 2^64-1, as an unsigned number
   */
  public Slot(String requestId, long slotIndex) {
    this.requestId = requestId;
    this.slotIndex = slotIndex;
    this.hash = 31 * requestId.hashCode() + Long.hashCode(slotIndex);
  }

  public String requestId() {
    return requestId;
  }

  public long slotIndex() {
    return slotIndex;
  }

  /**
   * Returns the engine's key of the slot, which is made on the first call.
   *
   * @param making makes the key. The result is cached, so all callers must pass the same function,
   *     and nobody may modify the key
   */
  public byte[] key(Function<Slot, byte[]> making) {
    byte[] known = key;
    if (known == null) {
      known = making.apply(this);
      key = known;
    }
    return known;
  }

  /** Orders by request id, then slot index, as reservations are listed. */
  @Override
  public int compareTo(Slot other) {
    return ORDER.compare(this, other);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Slot slot
            && hash == slot.hash
            && slotIndex == slot.slotIndex
            && requestId.equals(slot.requestId));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return "slot " + Long.toUnsignedString(slotIndex) + " of request " + requestId;
  }
}
