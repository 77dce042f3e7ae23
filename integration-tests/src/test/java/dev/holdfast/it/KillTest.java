package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that acknowledged changes survive {@code kill -9}. A few cycles by default; the long
 * campaign is {@code mvn -q -pl integration-tests -am verify -Dtest=KillTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dholdfast.kill.cycles=100}, and {@code
 * -Dholdfast.kill.seed} repeats the choices of an earlier one.
 */
class KillTest {
  private static final int SHORT_CYCLES = 5;

  @Test
  void nothingAcknowledgedIsLostAndNothingReleasedTwice(@TempDir Path temp) throws Exception {
    int cycles = Integer.getInteger("holdfast.kill.cycles", SHORT_CYCLES);
    long seed = Long.getLong("holdfast.kill.seed", System.nanoTime());
    System.out.println("kill campaign: seed=" + seed);
    Findings findings = new KillCampaign(temp.resolve("data"), seed).run(cycles);
    System.out.println(KillCampaign.summary(cycles, findings));

    assertEquals(List.of(), findings.list());
    assertTrue(findings.acknowledged() > 0);
  }
}
