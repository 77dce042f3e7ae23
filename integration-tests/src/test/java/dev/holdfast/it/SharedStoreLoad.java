package dev.holdfast.it;

import static dev.holdfast.it.Findings.Kind.DOUBLE_RELEASE;
import static dev.holdfast.it.Findings.Kind.INCONSISTENT;
import static dev.holdfast.it.Findings.Kind.LOST;
import static dev.holdfast.it.Findings.Kind.MISSED;
import static dev.holdfast.it.Findings.Kind.OVERSOLD;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Poll;
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
 * Clients of several servers on one store, stubs and SDK, and watchers of each server, on several
 * repositories, which servers commit beside each other. Parts fail while the clients work; after
 * each time the ledger is compared with what clients and watchers were told. {@code
 * -Dholdfast.kill.seed} repeats the choices of an earlier run.
 */
final class SharedStoreLoad implements AutoCloseable {
  private static final int WORKLOADS = 12;

  /** The first is the one that a server makes at its start. */
  private static final List<String> REPOSITORIES = List.of("default", "cold", "archive");

  /** Little enough that the workloads are refused now and then. */
  static final long CAPACITY_BYTES = 2 << 20;

  private static final int LARGEST_LOAD = 1000;
  private static final int LOAD_AFTER_FAULT = 200;
  private static final long LONGEST_PAUSE_NANOS = 5_000_000;

  private final String campaign;
  private final List<String> targets;
  private final ExecutorService threads;
  private final Random random;
  private final List<SharedRepository> repositories = new ArrayList<>();
  private final List<FailoverClient> clients = new ArrayList<>();
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
    for (String id : REPOSITORIES) {
      repositories.add(new SharedRepository(id, CAPACITY_BYTES, targets));
    }
    for (int i = 0; i < WORKLOADS; i++) {
      // Each repository gets clients of both kinds.
      boolean withSdk = i / REPOSITORIES.size() % 2 == 0;
      List<ClientUnderTest> servers = new ArrayList<>();
      for (String target : targets) {
        servers.add(withSdk ? new SdkClient(target) : new StubClient(target));
      }
      FailoverClient client = new FailoverClient(servers, i % targets.size(), longestWaitNanos);
      clients.add(client);
      repositories
          .get(i % REPOSITORIES.size())
          .add("workload" + i, client, new Random(random.nextLong()), threads);
    }
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
    repositories.forEach(repository -> repository.watch("new watcher", targets.get(0)));
    inspect(targets.get(0));
    report(cycles);
    for (SharedRepository repository : repositories) {
      assertEquals(List.of(), repository.findings().list());
      assertTrue(repository.findings().acknowledged() > 0);
    }
  }

  /** Lets something fail under load, waits until all calls are answered, and compares. */
  private void run(Fault fault) throws Exception {
    longestWaitNanos.set(0);
    AtomicBoolean stopped = new AtomicBoolean();
    List<Future<?>> working = new ArrayList<>();
    for (CheckedWorkload workload : workloads()) {
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
    for (CheckedWorkload workload : workloads()) {
      workload.settle();
    }
    long waitMillis = TimeUnit.NANOSECONDS.toMillis(longestWaitNanos.get());
    longestWaitMillis.merge(fault.name(), waitMillis, Math::max);
    print(
        "%s, longest wait %d ms, %d changes acknowledged so far"
            .formatted(fault.name(), waitMillis, acknowledged()));
    inspect(targets.get(random.nextInt(targets.size())));
  }

  private void await(int changes) throws Exception {
    long enough = acknowledged() + changes;
    Poll.until("the load is acknowledged", () -> acknowledged() >= enough);
  }

  private List<CheckedWorkload> workloads() {
    return repositories.stream().flatMap(one -> one.workloads().stream()).toList();
  }

  private long acknowledged() {
    return repositories.stream().mapToLong(one -> one.findings().acknowledged()).sum();
  }

  private long count(Findings.Kind kind) {
    return repositories.stream().mapToLong(one -> one.findings().count(kind)).sum();
  }

  private void inspect(String target) throws Exception {
    try (Stubs stubs = new Stubs(target)) {
      for (SharedRepository repository : repositories) {
        repository.inspect(stubs);
      }
    }
  }

  private void report(int cycles) {
    print("longest waits in ms: " + longestWaitMillis);
    print(
        ("cycles=%d acknowledged=%d lost=%d doubleReleases=%d oversold=%d missed=%d"
                + " inconsistent=%d events=%d longestWaitMillis=%d")
            .formatted(
                cycles,
                acknowledged(),
                count(LOST),
                count(DOUBLE_RELEASE),
                count(OVERSOLD),
                count(MISSED),
                count(INCONSISTENT),
                repositories.stream().mapToLong(SharedRepository::eventCount).sum(),
                longestWaitMillis.values().stream().mapToLong(Long::longValue).max().orElse(0)));
  }

  @Override
  public void close() {
    repositories.forEach(SharedRepository::close);
    clients.forEach(FailoverClient::close);
  }
}
