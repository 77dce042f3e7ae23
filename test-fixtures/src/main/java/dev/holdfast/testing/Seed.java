package dev.holdfast.testing;

import java.security.SecureRandom;
import java.util.Random;

/**
 * The seed of everything that tests draw at random: a fresh one in each run, which is printed, or
 * that of the system property {@code holdfast.seed}, which draws the same again.
 */
public final class Seed {
  /** The seed itself, for tests that derive others from it. */
  public static final long VALUE = Long.getLong("holdfast.seed", new SecureRandom().nextLong());

  static {
    System.out.println("what is drawn by chance is drawn again by -Dholdfast.seed=" + VALUE);
  }

  private Seed() {}

  /**
   * Returns a generator that draws the same values in every run with the same seed.
   *
   * @return a new generator at its beginning
   */
  public static Random random() {
    return new Random(VALUE);
  }
}
