package dev.holdfast.server.ledger.books;

import java.util.Comparator;

/**
 * A slot of a storage request.
 *
 * @param requestId the request, spelled the one way in which it is answered
 * @param slotIndex which slot of it, 0 … 2^64-1: to be read as unsigned
 */
public record Slot(String requestId, long slotIndex) implements Comparable<Slot> {
  private static final Comparator<Slot> ORDER =
      Comparator.comparing(Slot::requestId).thenComparing(Slot::slotIndex, Long::compareUnsigned);

  /** By request id, then slot index: the order in which reservations are listed. */
  @Override
  public int compareTo(Slot other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return "slot " + Long.toUnsignedString(slotIndex) + " of request " + requestId;
  }
}
