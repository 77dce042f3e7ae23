package dev.holdfast.it;

import static dev.holdfast.it.Findings.Kind.MISSED;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;

/** A repository on several servers, with its workloads, and a watcher of each server. */
final class SharedRepository implements AutoCloseable {
  private final String id;
  private final long capacityBytes;
  private final Findings findings = new Findings();
  private final List<CheckedWorkload> workloads = new ArrayList<>();
  private final List<CheckedWatcher> watchers = new ArrayList<>();

  /** Makes the repository unless it exists. */
  SharedRepository(String id, long capacityBytes, List<String> targets) {
    this.id = id;
    this.capacityBytes = capacityBytes;
    if (!id.equals("default")) {
      try (Stubs stubs = new Stubs(targets.get(0))) {
        var unused =
            stubs.repositories().createRepository(Requests.createRepository(id, capacityBytes));
      }
    }
    targets.forEach(target -> watch("watcher of " + target, target));
  }

  /** Adds a watcher, which begins with the first revision. */
  void watch(String name, String target) {
    watchers.add(new CheckedWatcher(name, target, id, findings));
  }

  /** Adds a workload. */
  void add(String name, ClientUnderTest client, Random random, ExecutorService threads) {
    workloads.add(new CheckedWorkload(id, name, client, random, findings, threads));
  }

  List<CheckedWorkload> workloads() {
    return workloads;
  }

  Findings findings() {
    return findings;
  }

  /** Returns the number of events that every watcher received. */
  long eventCount() {
    return watchers.get(0).seen();
  }

  /** Compares the repository at rest with what clients and watchers were told. */
  void inspect(Stubs stubs) throws Exception {
    new Inspection(stubs, id, capacityBytes, findings)
        .inspect(workloads.stream().map(CheckedWorkload::books).toList());
    long last = stubs.repositories().available(Requests.available(id)).getRevision();
    for (CheckedWatcher watcher : watchers) {
      awaitAll(watcher, last);
      findings.require(
          watcher.hash() == watchers.get(0).hash() && watcher.seen() == last,
          MISSED,
          "watchers of " + id + " received different events up to " + last);
    }
  }

  /** Waits as long as the watcher receives something: a new one begins with the first revision. */
  private static void awaitAll(CheckedWatcher watcher, long last) throws Exception {
    while (watcher.seen() < last) {
      long before = watcher.seen();
      Poll.until("every watcher receives all", () -> watcher.seen() > before);
    }
  }

  @Override
  public void close() {
    watchers.forEach(CheckedWatcher::close);
  }
}
