package dev.holdfast.benchmarks.load;

import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Ids like those of a node. */
public final class RandomIds {
  private RandomIds() {}

  /** Returns a hash of 32 bytes, like the id of a storage request on the chain. */
  public static String requestId() {
    byte[] hash = new byte[32];
    ThreadLocalRandom.current().nextBytes(hash);
    return "0x" + HexFormat.of().formatHex(hash);
  }

  /** Returns a UUIDv7. It begins with the time, so ids of the same time are stored together. */
  public static String operationId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long head = System.currentTimeMillis() << 16 | 0x7000 | random.nextLong(1 << 12);
    long tail = 0x8000_0000_0000_0000L | random.nextLong() >>> 2;
    return new UUID(head, tail).toString();
  }
}
