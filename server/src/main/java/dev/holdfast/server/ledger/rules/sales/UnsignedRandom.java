package dev.holdfast.server.ledger.rules.sales;

import java.util.SplittableRandom;

/** Generates random unsigned numbers. */
final class UnsignedRandom {
  private final SplittableRandom random;

  UnsignedRandom(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Returns a uniformly distributed number below a bound that is not 0. */
  long below(long bound) {
    long mask = -1L >>> Long.numberOfLeadingZeros((bound - 1) | 1);
    long number;
    do {
      number = random.nextLong() & mask;
    } while (Long.compareUnsigned(number, bound) >= 0);
    return number;
  }
}
