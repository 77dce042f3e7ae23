package dev.holdfast.it;

import static dev.holdfast.it.Findings.Kind.DOUBLE_RELEASE;
import static dev.holdfast.it.Findings.Kind.INCONSISTENT;
import static dev.holdfast.it.Findings.Kind.LOST;
import static dev.holdfast.it.Findings.Kind.MISSED;
import static dev.holdfast.it.Findings.Kind.OVERSOLD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients of several servers on one store, stubs and SDK, and a watcher of each server. Parts fail
 * while the clients work; after each time the ledger is compared with what clients and watchers
 * were told. {@code -Dholdfast.kill.seed} repeats the choices of an earlier run.
 */
final class SharedStoreLoad implements AutoCloseable {
  private static final int WORKLOADS = 12;

  /** Little enough that the workloads are refused now and then. */
  static final long CAPACITY_BYTES = 4 << 20;

  private static final int LARGEST_LOAD = 1000;
  private static final int LOAD_AFTER_FAULT = 200;
  private static final long LONGEST_PAUSE_NANOS = 5_000_000;

  private final String campaign;
  private final List<String> targets;
  private final ExecutorService threads;
  private final Random random;
  private final Findings findings = new Findings();
  private final List<FailoverClient> clients = new ArrayList<>();
  private final List<CheckedWorkload> workloads = new ArrayList<>();
  private final List<CheckedWatcher> watchers = new ArrayList<>();
  private final AtomicLong longestWaitNanos = new AtomicLong();
  private final Map<String, Long> longestWaitMillis = new TreeMap<>();

  /**
   * Connects clients and watchers.
   *
   * @param campaign the name in what is printed
   * @param targets the address of each server
   */
  SharedStoreLoad(String campaign, List<String> targets, ExecutorService threads) {
    this.campaign = campaign;
    this.targets = List.copyOf(targets);
    this.threads = threads;
    long seed = Long.getLong("holdfast.kill.seed", System.nanoTime());
    this.random = new Random(seed);
    print("seed=" + seed);
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
      watch("watcher of " + target, target);
    }
  }

  private void watch(String name, String target) {
    watchers.add(new CheckedWatcher(name, target, WorkloadOperations.REPOSITORY, findings));
  }

  private void print(String line) {
    System.out.println(campaign + " campaign: " + line);
  }

  Random random() {
    return random;
  }

  /**
   * Lets each of some faults happen before one happens again, in an order by chance, and requires
   * that there are no findings.
   */
  void run(int cycles, List<Fault> faults) throws Exception {
    List<Fault> next = new ArrayList<>();
    for (int cycle = 0; cycle < cycles; cycle++) {
      if (next.isEmpty()) {
        next.addAll(faults);
        Collections.shuffle(next, random);
      }
      run(next.remove(0));
    }
    // What the watchers received over time must be what a new watcher receives now.
    watch("new watcher", targets.get(0));
    inspect(targets.get(0));
    report(cycles);
    assertEquals(List.of(), findings.list());
    assertTrue(findings.acknowledged() > 0);
  }

  /** Lets something fail under load, waits until all calls are answered, and compares. */
  private void run(Fault fault) throws Exception {
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
      fault.cause().run(this::await);
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
    longestWaitMillis.merge(fault.name(), waitMillis, Math::max);
    print(
        "%s, longest wait %d ms, %d changes acknowledged so far"
            .formatted(fault.name(), waitMillis, findings.acknowledged()));
    inspect(targets.get(random.nextInt(targets.size())));
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
        awaitAll(watcher, last);
        findings.require(
            watcher.hash() == watchers.get(0).hash() && watcher.seen() == last,
            MISSED,
            "watchers received different events up to " + last);
      }
    }
  }

  /** Waits as long as the watcher receives something: a new one begins with the first revision. */
  private static void awaitAll(CheckedWatcher watcher, long last) throws Exception {
    while (watcher.seen() < last) {
      long before = watcher.seen();
      Poll.until("every watcher receives all", () -> watcher.seen() > before);
    }
  }

  private void report(int cycles) {
    print("longest waits in ms: " + longestWaitMillis);
    print(
        ("cycles=%d acknowledged=%d lost=%d doubleReleases=%d oversold=%d missed=%d"
                + " inconsistent=%d events=%d longestWaitMillis=%d")
            .formatted(
                cycles,
                findings.acknowledged(),
                findings.count(LOST),
                findings.count(DOUBLE_RELEASE),
                findings.count(OVERSOLD),
                findings.count(MISSED),
                findings.count(INCONSISTENT),
                watchers.get(0).seen(),
                longestWaitMillis.values().stream().mapToLong(Long::longValue).max().orElse(0)));
  }

  @Override
  public void close() {
    watchers.forEach(CheckedWatcher::close);
    clients.forEach(FailoverClient::close);
  }
}
