package dev.holdfast.it;

import static dev.holdfast.it.Findings.Kind.DOUBLE_RELEASE;
import static dev.holdfast.it.Findings.Kind.INCONSISTENT;
import static dev.holdfast.it.Findings.Kind.LOST;
import static dev.holdfast.it.Findings.Kind.MISSED;
import static dev.holdfast.it.Findings.Kind.OVERSOLD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.it.SharedStoreFaults.Fault;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three servers share one PostgreSQL; servers and database fail under load, again and again, and
 * after each time the ledger is compared with what its callers and watchers were told. Started by
 * {@code integration-tests/campaigns/shared-store/run}; {@code -Dholdfast.kill.seed} repeats the
 * choices of an earlier run.
 */
class SharedStoreCampaign {
  private static final int CYCLES = Integer.getInteger("holdfast.shared-store.cycles", 5);
  private static final int WORKLOADS = 12;

  /** Little enough that the workloads are refused now and then. */
  private static final long CAPACITY_BYTES = 4 << 20;

  private static final int LARGEST_LOAD = 1000;
  private static final int LOAD_AFTER_FAULT = 200;
  private static final long LONGEST_PAUSE_NANOS = 5_000_000;

  @TempDir private Path temp = Path.of("");

  private final Findings findings = new Findings();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<FailoverClient> clients = new ArrayList<>();
  private final List<CheckedWorkload> workloads = new ArrayList<>();
  private final List<CheckedWatcher> watchers = new ArrayList<>();
  private final AtomicLong longestWaitNanos = new AtomicLong();
  private final Map<Fault, Long> longestWaitMillis = new EnumMap<>(Fault.class);

  @Test
  void nothingIsLostWhateverFails() throws Exception {
    long seed = Long.getLong("holdfast.kill.seed", System.nanoTime());
    System.out.println("shared-store campaign: seed=" + seed);
    Random random = new Random(seed);
    try (SharedStoreFaults faults = new SharedStoreFaults(temp, CAPACITY_BYTES, random, threads)) {
      connect(faults.targets(), random);
      List<Fault> next = new ArrayList<>();
      for (int cycle = 0; cycle < CYCLES; cycle++) {
        if (next.isEmpty()) {
          next.addAll(List.of(Fault.values()));
          Collections.shuffle(next, random);
        }
        run(next.remove(0), faults, random);
      }
      watchFromTheStart(faults.targets().get(0));
    } finally {
      watchers.forEach(CheckedWatcher::close);
      clients.forEach(FailoverClient::close);
      threads.shutdownNow();
    }
    report();
    assertEquals(List.of(), findings.list());
    assertTrue(findings.acknowledged() > 0);
  }

  private void connect(List<String> targets, Random random) {
    for (int i = 0; i < WORKLOADS; i++) {
      boolean withSdk = i % 2 == 0;
      List<ClientUnderTest> servers = new ArrayList<>();
      for (String target : targets) {
        servers.add(withSdk ? new SdkClient(target) : new StubClient(target));
      }
      FailoverClient client = new FailoverClient(servers, i % targets.size(), longestWaitNanos);
      clients.add(client);
      Random ofWorkload = new Random(random.nextLong());
      workloads.add(new CheckedWorkload("workload" + i, client, ofWorkload, findings, threads));
    }
    for (String target : targets) {
      watchers.add(
          new CheckedWatcher(
              "watcher of " + target, target, WorkloadOperations.REPOSITORY, findings));
    }
  }

  /** Lets something fail under load, waits until all calls are answered, and compares. */
  private void run(Fault fault, SharedStoreFaults faults, Random random) throws Exception {
    longestWaitNanos.set(0);
    AtomicBoolean stopped = new AtomicBoolean();
    List<Future<?>> working = new ArrayList<>();
    for (CheckedWorkload workload : workloads) {
      working.add(threads.submit(() -> workload.work(stopped::get)));
    }
    try {
      await(1 + random.nextInt(LARGEST_LOAD));
      // Anywhere between two commits, or in the middle of one.
      LockSupport.parkNanos((long) (random.nextDouble() * LONGEST_PAUSE_NANOS));
      faults.cause(fault, () -> await(LOAD_AFTER_FAULT));
      await(LOAD_AFTER_FAULT);
    } finally {
      stopped.set(true);
    }
    for (Future<?> workload : working) {
      workload.get();
    }
    for (CheckedWorkload workload : workloads) {
      workload.settle();
    }
    long waitMillis = TimeUnit.NANOSECONDS.toMillis(longestWaitNanos.get());
    longestWaitMillis.merge(fault, waitMillis, Math::max);
    System.out.printf(
        "shared-store campaign: %s, longest wait %d ms, %d changes acknowledged so far%n",
        fault, waitMillis, findings.acknowledged());
    inspect(faults.targets().get(random.nextInt(SharedStoreFaults.SERVERS)));
  }

  private void await(int changes) throws Exception {
    long enough = findings.acknowledged() + changes;
    Poll.until("the load is acknowledged", () -> findings.acknowledged() >= enough);
  }

  private void inspect(String target) throws Exception {
    try (Stubs stubs = new Stubs(target)) {
      new Inspection(stubs, CAPACITY_BYTES, findings)
          .inspect(workloads.stream().map(CheckedWorkload::books).toList());
      long last =
          stubs
              .repositories()
              .available(Requests.available(WorkloadOperations.REPOSITORY))
              .getRevision();
      for (CheckedWatcher watcher : watchers) {
        Poll.until("every watcher has received all", () -> watcher.seen() >= last);
        findings.require(
            watcher.hash() == watchers.get(0).hash() && watcher.seen() == last,
            MISSED,
            "watchers received different events up to " + last);
      }
    }
  }

  /** Compares what the watchers received over time with what a new watcher receives now. */
  private void watchFromTheStart(String target) throws Exception {
    watchers.add(
        new CheckedWatcher("new watcher", target, WorkloadOperations.REPOSITORY, findings));
    inspect(target);
  }

  private void report() {
    System.out.println("shared-store campaign: longest waits in ms: " + longestWaitMillis);
    System.out.printf(
        "shared-store campaign: cycles=%d acknowledged=%d lost=%d doubleReleases=%d oversold=%d"
            + " missed=%d inconsistent=%d events=%d longestWaitMillis=%d%n",
        CYCLES,
        findings.acknowledged(),
        findings.count(LOST),
        findings.count(DOUBLE_RELEASE),
        findings.count(OVERSOLD),
        findings.count(MISSED),
        findings.count(INCONSISTENT),
        watchers.get(0).seen(),
        longestWaitMillis.values().stream().mapToLong(Long::longValue).max().orElse(0));
  }
}
