package dev.holdfast.server.ledger.rules.sales;

import java.util.SplittableRandom;

/** Random numbers that are to be read as unsigned. */
final class UnsignedRandom {
  private final SplittableRandom random;

  UnsignedRandom(long seed) {
    random = new SplittableRandom(seed);
  }

  /** A number below this bound, which is not 0; each is as likely as any other. */
  long below(long bound) {
    long mask = -1L >>> Long.numberOfLeadingZeros((bound - 1) | 1);
    long number;
    do {
      number = random.nextLong() & mask;
    } while (Long.compareUnsigned(number, bound) >= 0);
    return number;
  }
}
