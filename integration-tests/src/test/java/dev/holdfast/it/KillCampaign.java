package dev.holdfast.it;

import static dev.holdfast.it.Findings.Kind.DOUBLE_RELEASE;
import static dev.holdfast.it.Findings.Kind.INCONSISTENT;
import static dev.holdfast.it.Findings.Kind.LOST;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.process.FixedPort;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Stubs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Load and {@code kill -9}, over and over on one data dir, and after each kill a comparison of the
 * ledger with what its callers were told.
 */
final class KillCampaign {
  private static final int CHAINS = 12;

  /** Little enough that the chains are refused now and then. */
  private static final long CAPACITY_BYTES = 4 << 20;

  private static final int LARGEST_LOAD = 1500;
  private static final long LONGEST_PAUSE_NANOS = 5_000_000;

  private final Path dataDir;
  private final Random random;
  private final FixedPort port = new FixedPort();
  private final Findings findings = new Findings();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  KillCampaign(Path dataDir, long seed) throws IOException {
    this.dataDir = dataDir;
    random = new Random(seed);
  }

  /** Runs so many cycles, and answers what was found wrong. */
  Findings run(int cycles) throws Exception {
    String target = port.address();
    List<Line> lines = new ArrayList<>();
    List<Chain> chains = new ArrayList<>();
    for (int i = 0; i < CHAINS; i++) {
      Line line = i % 2 == 0 ? new SdkLine(target) : new StubLine(target);
      lines.add(line);
      Random ofChain = new Random(random.nextLong());
      chains.add(new Chain("chain" + i, line, ofChain, findings, threads));
    }
    ServerProcess server = start();
    try (Stubs stubs = new Stubs(target)) {
      Inspection inspection = new Inspection(stubs, CAPACITY_BYTES, findings);
      for (int i = 0; i < cycles; i++) {
        server = loadAndKill(server, chains);
        inspection.inspect(chains.stream().map(Chain::books).toList());
      }
    } finally {
      for (Line line : lines) {
        line.close();
      }
      threads.shutdownNow();
      server.close();
      port.close();
    }
    return findings;
  }

  private ServerProcess start() throws IOException, InterruptedException {
    return ServerProcess.start(
        dataDir, "--listen", port.address(), "--capacity", Long.toString(CAPACITY_BYTES));
  }

  /** Kills a server under load, starts the next one, and waits until every caller is answered. */
  private ServerProcess loadAndKill(ServerProcess server, List<Chain> chains) throws Exception {
    AtomicBoolean stopped = new AtomicBoolean();
    List<Future<?>> working = new ArrayList<>();
    long enough = findings.acknowledged() + 1 + random.nextInt(LARGEST_LOAD);
    for (Chain chain : chains) {
      working.add(threads.submit(() -> chain.work(stopped::get)));
    }
    Poll.until(
        "the load is acknowledged",
        () -> findings.acknowledged() >= enough || working.stream().allMatch(Future::isDone));
    // Anywhere between two commits, or in the middle of one.
    LockSupport.parkNanos((long) (random.nextDouble() * LONGEST_PAUSE_NANOS));
    server.kill();
    stopped.set(true);
    ServerProcess next = start();
    try {
      settle(working, chains);
      return next;
    } catch (Exception | Error e) {
      next.close();
      throw e;
    }
  }

  /** Waits until every chain stopped, and then until each was answered all that it asked. */
  private void settle(List<Future<?>> working, List<Chain> chains) throws Exception {
    for (Future<?> chain : working) {
      chain.get();
    }
    List<Callable<Void>> settling = new ArrayList<>();
    for (Chain chain : chains) {
      settling.add(
          () -> {
            chain.settle();
            return null;
          });
    }
    for (Future<?> chain : threads.invokeAll(settling)) {
      chain.get();
    }
  }

  /** The last line of a campaign. */
  static String summary(int cycles, Findings findings) {
    return "kill campaign: cycles=%d acknowledged=%d lost=%d double_releases=%d inconsistent=%d"
        .formatted(
            cycles,
            findings.acknowledged(),
            findings.count(LOST),
            findings.count(DOUBLE_RELEASE),
            findings.count(INCONSISTENT));
  }
}
