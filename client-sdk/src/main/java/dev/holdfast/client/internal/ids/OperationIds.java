package dev.holdfast.client.internal.ids;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.UUID;

/** Makes and checks operation ids. */
public final class OperationIds {
  private static final SecureRandom RANDOM = new SecureRandom();

  /**
   * Random bytes for many ids at once, because each call of the generator costs far more than its
   * bytes.
   */
  private static final ByteBuffer DRAWN = ByteBuffer.allocate(4096).position(4096);

  private OperationIds() {}

  /**
   * Returns a UUID of version 7 (RFC 9562): milliseconds first, so that ids sort by the time they
   * were made, which keeps the server's index of them compact and reads well in logs; then 74
   * random bits.
   */
  public static String next() {
    int first;
    long second;
    synchronized (DRAWN) {
      if (DRAWN.remaining() < Short.BYTES + Long.BYTES) {
        RANDOM.nextBytes(DRAWN.array());
        DRAWN.clear();
      }
      first = DRAWN.getShort() & 0xfff;
      second = DRAWN.getLong();
    }
    long high = (System.currentTimeMillis() << 16) | 0x7000 | first;
    long low = (second >>> 2) | Long.MIN_VALUE;
    return new UUID(high, low).toString();
  }

  /** Rejects an empty id: it would be sent as "no id", and a retry would make the change twice. */
  public static String require(String operationId) {
    if (operationId.isEmpty()) {
      throw new IllegalArgumentException("operationId is empty: leave it out to have one made");
    }
    return operationId;
  }

  /**
   * Rejects a generation below 1: it means "whichever reservation the slot has", which is for
   * people at a terminal.
   */
  public static long requireGeneration(long generation) {
    if (generation < 1) {
      throw new IllegalArgumentException(
          "generation is %d: name the one that the reservation was answered with, 1 or more"
              .formatted(generation));
    }
    return generation;
  }
}
