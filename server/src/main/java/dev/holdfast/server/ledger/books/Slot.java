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

  /** Of the thread that makes it, because the ledger's one writer needs it several times. */
  private final int hash;

  private volatile byte @Nullable [] key;

  /**
   * A slot.
   *
   * @param requestId the request, spelled the one way in which it is answered
   * @param slotIndex which slot of it, 0 … 2^64-1: to be read as unsigned
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
   * What the engine knows it by, made when it is asked for first.
   *
   * @param making how; the same for all who ask, as it is remembered: so not to be altered either
   */
  public byte[] key(Function<Slot, byte[]> making) {
    byte[] known = key;
    if (known == null) {
      known = making.apply(this);
      key = known;
    }
    return known;
  }

  /** By request id, then slot index: the order in which reservations are listed. */
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
