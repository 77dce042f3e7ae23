package dev.holdfast.server;

import java.security.SecureRandom;
import java.util.Random;

/** What tests draw by chance: fresh in each run and printed, or that of {@code holdfast.seed}. */
public final class Seed {
  /** The seed itself, for tests that make others of it. */
  public static final long VALUE = Long.getLong("holdfast.seed", new SecureRandom().nextLong());

  static {
    System.out.println("what is drawn by chance is drawn again by -Dholdfast.seed=" + VALUE);
  }

  private Seed() {}

  /** Draws the same in every run of a test with the same seed. */
  public static Random random() {
    return new Random(VALUE);
  }
}
