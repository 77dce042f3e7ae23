package dev.holdfast.client.model;

import java.util.Objects;

/**
 * A slot of a storage request.
 *
 * @param requestId the storage request as the marketplace names it: 1–128 characters of printable
 *     ASCII without blanks. A 32-byte hash in hex is the same request with or without {@code 0x}
 *     and in any case; the server returns it with {@code 0x} and in lower case
 * @param slotIndex the index of the slot in the request, 0 … 2^64-1. It is <b>unsigned</b>: indexes
 *     from 2^63 on are negative numbers in Java, to be printed with {@link
 *     Long#toUnsignedString(long)}, parsed with {@link Long#parseUnsignedLong(String)} and ordered
 *     with {@link Long#compareUnsigned(long, long)}
 */
public record Slot(String requestId, long slotIndex) {
  /** Rejects {@code null}. */
  public Slot {
    Objects.requireNonNull(requestId, "requestId");
  }

  /** {@return the request and the unsigned index, for a person} */
  @Override
  public String toString() {
    return "Slot[requestId=%s, slotIndex=%s]"
        .formatted(requestId, Long.toUnsignedString(slotIndex));
  }
}
