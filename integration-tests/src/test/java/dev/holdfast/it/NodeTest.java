package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A storage node that is killed at random points of a month has books that agree with the chain. A
 * few kills in some days by default; the long campaign is {@code mvn -q -pl integration-tests -am
 * verify -Dtest=NodeTest -Dsurefire.failIfNoSpecifiedTests=false -Dholdfast.node.kills=100}. {@code
 * -Dholdfast.node.seed} repeats the choices of an earlier one, and {@code -Dholdfast.node.command}
 * runs a node in another language.
 */
class NodeTest {
  private static final int SHORT_KILLS = 4;
  private static final int SHORT_DAYS = 6;
  private static final int LONG_DAYS = 30;

  @Test
  void aKilledNodeAgreesWithTheChainInTheEnd(@TempDir Path temp) throws Exception {
    int kills = Integer.getInteger("holdfast.node.kills", SHORT_KILLS);
    long days = kills <= SHORT_KILLS ? SHORT_DAYS : LONG_DAYS;
    long seed = Long.getLong("holdfast.node.seed", System.nanoTime());
    System.out.println("node campaign: seed=" + seed);
    try (NodeCampaign campaign = new NodeCampaign(temp, seed)) {
      System.out.println(campaign.run(kills, days * NodeCampaign.DAY_BLOCKS));
      assertTrue(campaign.holdsSlots(), "the node holds nothing, so nothing was compared");
    }
  }
}
