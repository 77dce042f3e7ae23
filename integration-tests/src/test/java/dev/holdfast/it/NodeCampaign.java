package dev.holdfast.it;

import dev.holdfast.example.marketplace.Marketplace;
import dev.holdfast.example.marketplace.MarketplaceServer;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.process.FixedPort;
import dev.holdfast.testing.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assertions;

/**
 * A month of a marketplace, and a node on it that is killed at random points and started again, as
 * now and then its server is. Blocks are mined as fast as the node asks for them, and while it is
 * down as well.
 */
final class NodeCampaign implements AutoCloseable {
  private static final String HOST = "host-1";

  /** Little enough that the node is short of space most of the time. */
  private static final long CAPACITY_BYTES = 1L << 40;

  private static final int LEASE_SECONDS = 5;
  private static final int MOST_CALLS = 40;

  /**
   * How much longer than its share the node gets to hand in a proof, before it is killed anyway.
   */
  static final long DAY_BLOCKS = Marketplace.MONTH_BLOCKS / 30;

  private static final long LONGEST_PAUSE_NANOS = 5_000_000;

  private final Path home;
  private final Random random;
  private final FixedPort port = new FixedPort();
  private final CallTrap trap = new CallTrap();
  private final Marketplace marketplace;
  private final MarketplaceServer marketplaceServer;
  private final NodeLedger ledger;
  private final NodeFigures figures;
  private ServerProcess server;

  /** Whether the node stays away until the leases that it left behind have run out. */
  private boolean leasesRunOut;

  NodeCampaign(Path home, long seed) throws Exception {
    this.home = home;
    random = new Random(seed);
    marketplace = new Marketplace(random.nextLong());
    marketplaceServer = new MarketplaceServer(marketplace, 0, trap);
    server = startServer();
    ledger = new NodeLedger(port.address());
    figures = new NodeFigures(marketplace, HOST);
  }

  private ServerProcess startServer() throws IOException, InterruptedException {
    String capacity = Long.toString(CAPACITY_BYTES);
    return ServerProcess.start(
        home.resolve("data"), "--listen", port.address(), "--capacity", capacity);
  }

  private NodeProcess startNode() throws IOException {
    return NodeProcess.start(
        home.resolve("node.log"),
        List.of(port.address(), marketplaceServer.url(), Integer.toString(LEASE_SECONDS)));
  }

  /**
   * Kills so many nodes within some blocks, fails if the books then differ, and returns the
   * figures.
   */
  String run(int kills, long blocks) throws Exception {
    marketplace.mineOnDemandUpTo(Long.MAX_VALUE);
    for (int i = 0; i < kills; i++) {
      long share = blocks * (i + 1) / kills;
      boolean isLast = i == kills - 1;
      try (NodeProcess node = startNode()) {
        expecting(node, () -> work(node, share, isLast));
      }
      trap.open();
      long down = marketplace.head();
      settle();
      while (marketplace.head() < share) {
        marketplace.mine();
      }
      figures.wasDown(down, marketplace.head());
    }
    marketplace.mineOnDemandUpTo(0);
    try (NodeProcess node = startNode()) {
      expecting(node, this::agreeInTheEnd);
    }
    ledger.check(CAPACITY_BYTES, marketplace.heldBy(HOST, marketplace.head()));
    return figures.line(ledger);
  }

  boolean holdsSlots() {
    return !marketplace.heldBy(HOST, marketplace.head()).isEmpty();
  }

  private interface Step {
    void run() throws Exception;
  }

  /** Says what the node wrote, should a step fail. */
  private static void expecting(NodeProcess node, Step step) throws Exception {
    try {
      step.run();
    } catch (Exception | AssertionError e) {
      throw new AssertionError("the node wrote last:\n" + node.lastWords(), e);
    }
  }

  /**
   * Lets the node work through a part of its share of the month, the last one through all of it, so
   * that it holds something in the end, and kills it.
   */
  private void work(NodeProcess node, long share, boolean isLast) throws Exception {
    long left = Math.max(0, share - marketplace.head());
    long killedFrom = marketplace.head() + (isLast ? left : random.nextLong(left + 1) / 2);
    if (random.nextInt(4) == 0) {
      awaitBlock(node, (marketplace.head() + killedFrom) / 2);
      restartServer();
    }
    awaitBlock(node, killedFrom);
    switch (random.nextInt(4)) {
      case 0 -> {
        // In the middle of a call to the chain: it is done, and the node does not know.
        trap.set("/", 1 + random.nextInt(MOST_CALLS));
        await("an answer to the node is held back", node, trap::isSprung);
      }
      case 1 -> {
        // The same, after a proof was handed in: the chain has the slot, and the books have not.
        trap.set("/submit", 0);
        await("a proof", node, () -> trap.isSprung() || marketplace.head() >= share + DAY_BLOCKS);
        leasesRunOut = random.nextInt(4) > 0;
      }
      case 2 -> {
        // Anywhere between two of its calls to the chain: in one to its ledger, say.
        awaitCalls(node);
        LockSupport.parkNanos((long) (random.nextDouble() * LONGEST_PAUSE_NANOS));
      }
      default -> {
        // With its server, whichever comes first.
        awaitCalls(node);
        if (random.nextBoolean()) {
          node.kill();
        }
        restartServer();
      }
    }
    node.kill();
    figures.killedNode();
  }

  private void awaitCalls(NodeProcess node) throws Exception {
    long enough = trap.calls() + random.nextInt(MOST_CALLS);
    await("the node has made calls", node, () -> trap.calls() >= enough);
  }

  private void awaitBlock(NodeProcess node, long block) throws Exception {
    await("block " + block, node, () -> marketplace.head() >= block);
  }

  private static void await(String what, NodeProcess node, Callable<Boolean> condition)
      throws Exception {
    Poll.until(
        what,
        () -> {
          Assertions.assertTrue(node.isAlive(), "the node ended by itself");
          return condition.call();
        });
  }

  private void restartServer() throws IOException, InterruptedException {
    server.kill();
    server = startServer();
    figures.killedServer();
  }

  /** With no node: the sums are right, and sometimes it takes until the leases have run out. */
  private void settle() throws Exception {
    Assertions.assertTrue(ledger.isConsistent());
    if (leasesRunOut) {
      Poll.until("the leases have run out", ledger::hasNoAttempts);
      leasesRunOut = false;
    }
  }

  /** Nothing is left to do, nothing more happens, and the books say what the chain says. */
  private void agreeInTheEnd() throws Exception {
    Poll.until(
        "the books agree with the chain",
        () ->
            ledger.position() == marketplace.head()
                && ledger.holds(marketplace.heldBy(HOST, marketplace.head())));
  }

  @Override
  public void close() throws IOException {
    ledger.close();
    marketplaceServer.close();
    server.close();
    port.close();
  }
}
