package dev.holdfast.server.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.holdfast.testing.Seed;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Runs the simulation, in a short form unless {@code holdfast.simulation.worlds} says how many
 * worlds it runs. {@code holdfast.simulation.seed} runs one world again that failed.
 */
class SimulationTest {
  private static final int STEPS = 2000;
  private static final int WORLDS = Integer.getInteger("holdfast.simulation.worlds", 150);

  @Test
  void thePromisesHoldWhateverFails() {
    Long again = Long.getLong("holdfast.simulation.seed");
    if (again != null) {
      new World(again, Sabotage.NONE).run(STEPS);
      return;
    }
    Random seeds = Seed.random();
    long commits = 0;
    long expired = 0;
    for (int i = 0; i < WORLDS; i++) {
      Invariants seen = run(seeds.nextLong());
      commits += seen.commitCount();
      expired += seen.expiredCount();
    }
    System.out.println("worlds=" + WORLDS + " commits=" + commits + " expired=" + expired);
    assertTrue(commits > WORLDS && expired > 0, "hardly anything happened");
  }

  private static Invariants run(long seed) {
    World world = new World(seed, Sabotage.NONE);
    try {
      world.run(STEPS);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("run it again with -Dholdfast.simulation.seed=" + seed, e);
    }
    return world.invariants();
  }

  /** A simulation that finds nothing proves nothing. */
  @ParameterizedTest
  @EnumSource(value = Sabotage.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void whateverIsBrokenIsFound(Sabotage sabotage) {
    Random seeds = Seed.random();
    for (int i = 0; i < 50; i++) {
      try {
        new World(seeds.nextLong(), sabotage).run(STEPS);
      } catch (AssertionError e) {
        return;
      }
    }
    fail("50 worlds passed with broken " + sabotage);
  }
}
