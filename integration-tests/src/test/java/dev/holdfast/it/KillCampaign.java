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
  private static final int WORKLOADS = 12;

  /** Little enough that the workloads are refused now and then. */
  private static final long CAPACITY_BYTES = 4 << 20;

  /** The repository that a server has from the start. */
  private static final String REPOSITORY = "default";

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
    List<ClientUnderTest> clients = new ArrayList<>();
    List<CheckedWorkload> workloads = new ArrayList<>();
    for (int i = 0; i < WORKLOADS; i++) {
      ClientUnderTest client = i % 2 == 0 ? new SdkClient(target) : new StubClient(target);
      clients.add(client);
      Random ofWorkload = new Random(random.nextLong());
      workloads.add(
          new CheckedWorkload(REPOSITORY, "workload" + i, client, ofWorkload, findings, threads));
    }
    ServerProcess server = start();
    try (Stubs stubs = new Stubs(target)) {
      Inspection inspection = new Inspection(stubs, REPOSITORY, CAPACITY_BYTES, findings);
      for (int i = 0; i < cycles; i++) {
        server = loadAndKill(server, workloads);
        inspection.inspect(workloads.stream().map(CheckedWorkload::books).toList());
      }
    } finally {
      for (ClientUnderTest client : clients) {
        client.close();
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
  private ServerProcess loadAndKill(ServerProcess server, List<CheckedWorkload> workloads)
      throws Exception {
    AtomicBoolean stopped = new AtomicBoolean();
    List<Future<?>> working = new ArrayList<>();
    long enough = findings.acknowledged() + 1 + random.nextInt(LARGEST_LOAD);
    for (CheckedWorkload workload : workloads) {
      working.add(threads.submit(() -> workload.work(stopped::get)));
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
      settle(working, workloads);
      return next;
    } catch (Exception | Error e) {
      next.close();
      throw e;
    }
  }

  /** Waits until every workload stopped, and then until each was answered all that it asked. */
  private void settle(List<Future<?>> working, List<CheckedWorkload> workloads) throws Exception {
    for (Future<?> workload : working) {
      workload.get();
    }
    List<Callable<Void>> settling = new ArrayList<>();
    for (CheckedWorkload workload : workloads) {
      settling.add(
          () -> {
            workload.settle();
            return null;
          });
    }
    for (Future<?> workload : threads.invokeAll(settling)) {
      workload.get();
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
