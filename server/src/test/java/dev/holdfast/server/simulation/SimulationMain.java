package dev.holdfast.server.simulation;

import java.time.Duration;
import java.util.Random;

/** Runs the simulation for some time, with a fresh seed for each world. */
public final class SimulationMain {
  private static final int STEPS = 20_000;

  private SimulationMain() {}

  /**
   * Runs worlds until the time is over.
   *
   * @param args the time, as {@code PT1H}; or the seed and the number of steps of one world
   */
  public static void main(String[] args) {
    if (args.length == 2) {
      run(Long.parseLong(args[0]), Integer.parseInt(args[1]));
      return;
    }
    long endNanos = System.nanoTime() + Duration.parse(args[0]).toNanos();
    Random seeds = new Random();
    long worlds = 0;
    while (System.nanoTime() < endNanos) {
      run(seeds.nextLong(), STEPS);
      worlds++;
      if (worlds % 100 == 0) {
        System.out.println("worlds=" + worlds + " steps=" + worlds * STEPS + " failed=0");
      }
    }
    System.out.println("worlds=" + worlds + " steps=" + worlds * STEPS + " failed=0");
  }

  /** Runs one world, and says how to run it again if it fails. */
  static void run(long seed, int steps) {
    World world = new World(seed, Sabotage.NONE);
    try {
      world.run(steps);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "seed " + seed + ", steps " + steps + ", after " + world.invariants().summary(), e);
    }
  }
}
