package dev.holdfast.client;

import java.security.SecureRandom;
import java.util.UUID;

/** Names for changes. */
final class OperationIds {
  private static final SecureRandom RANDOM = new SecureRandom();

  private OperationIds() {}

  /**
   * A UUID of version 7 (RFC 9562): milliseconds first, so that ids sort by the time they were
   * made, which keeps the server's index of them compact and reads well in logs; then 74 random
   * bits.
   */
  static String next() {
    long high = (System.currentTimeMillis() << 16) | 0x7000 | RANDOM.nextInt(1 << 12);
    long low = (RANDOM.nextLong() >>> 2) | Long.MIN_VALUE;
    return new UUID(high, low).toString();
  }

  /** Refuses what would be sent as "no id", and so make a retry do the change twice. */
  static String require(String operationId) {
    if (operationId.isEmpty()) {
      throw new IllegalArgumentException("operationId is empty: leave it out to have one made");
    }
    return operationId;
  }

  /** Refuses "whichever reservation the slot has", which is for people at a terminal. */
  static long requireGeneration(long generation) {
    if (generation < 1) {
      throw new IllegalArgumentException(
          "generation is %d: name the one that the reservation was answered with, 1 or more"
              .formatted(generation));
    }
    return generation;
  }
}
