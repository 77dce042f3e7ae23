package dev.holdfast.testing;

import java.security.SecureRandom;
import java.util.Random;

/**
 * Holds the seed of all random values in tests. Each run prints a fresh seed; the system property
 * {@code holdfast.seed} sets a seed, which repeats the random values of an earlier run.
 */
public final class Seed {
  /** The seed, for tests that derive further seeds from it. */
  public static final long VALUE = Long.getLong("holdfast.seed", new SecureRandom().nextLong());

  static {
    System.out.println("what is drawn by chance is drawn again by -Dholdfast.seed=" + VALUE);
  }

  private Seed() {}

  /**
   * Returns a generator that produces the same values in every run with the same seed.
   *
   * @return a new generator, at the start of its sequence
   */
  public static Random random() {
    return new Random(VALUE);
  }
}
