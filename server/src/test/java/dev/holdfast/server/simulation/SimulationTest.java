package dev.holdfast.server.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Seed;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs the simulation in a short form; {@link SimulationMain} runs it for hours. */
class SimulationTest {
  private static final int STEPS = 2000;

  @Test
  void thePromisesHoldWhateverFails() {
    Random seeds = Seed.random();
    for (int i = 0; i < 150; i++) {
      SimulationMain.run(seeds.nextLong(), STEPS);
    }
  }

  /** A simulation that finds nothing proves nothing. */
  @ParameterizedTest
  @EnumSource(value = Sabotage.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void whateverIsBrokenIsFound(Sabotage sabotage) {
    Random seeds = Seed.random();
    for (int i = 0; i < 150; i++) {
      try {
        new World(seeds.nextLong(), sabotage).run(STEPS);
      } catch (AssertionError e) {
        return;
      }
    }
    assertTrue(false, "150 worlds passed with " + sabotage);
  }
}
