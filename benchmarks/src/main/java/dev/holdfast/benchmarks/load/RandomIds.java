package dev.holdfast.benchmarks.load;

import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Ids as a node would send them. */
public final class RandomIds {
  private RandomIds() {}

  /** A hash of 32 bytes, as the chain names a storage request. */
  public static String requestId() {
    byte[] hash = new byte[32];
    ThreadLocalRandom.current().nextBytes(hash);
    return "0x" + HexFormat.of().formatHex(hash);
  }

  /** A UUIDv7: its head is the time, so that the server keeps what comes together in one place. */
  public static String operationId() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    long head = System.currentTimeMillis() << 16 | 0x7000 | random.nextLong(1 << 12);
    long tail = 0x8000_0000_0000_0000L | random.nextLong() >>> 2;
    return new UUID(head, tail).toString();
  }
}
