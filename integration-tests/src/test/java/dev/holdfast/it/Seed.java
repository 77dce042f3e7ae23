package dev.holdfast.it;

import java.security.SecureRandom;
import java.util.Random;

/** What tests draw by chance: fresh in each run and printed, or that of {@code holdfast.seed}. */
final class Seed {
  static final long VALUE = Long.getLong("holdfast.seed", new SecureRandom().nextLong());

  static {
    System.out.println("what is drawn by chance is drawn again by -Dholdfast.seed=" + VALUE);
  }

  private Seed() {}

  /** Draws the same in every run of a test with the same seed. */
  static Random random() {
    return new Random(VALUE);
  }
}
