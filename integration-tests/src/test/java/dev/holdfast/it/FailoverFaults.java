package dev.holdfast.it;

import dev.holdfast.it.postgresql.PatroniCluster;
import dev.holdfast.testing.Poll;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The ways in which a synchronous standby becomes the primary under load. */
final class FailoverFaults {
  private final SharedServers servers;
  private final PatroniCluster cluster;

  FailoverFaults(SharedServers servers, PatroniCluster cluster) {
    this.servers = servers;
    this.cluster = cluster;
  }

  List<Fault> list() {
    return List.of(
        new Fault("KILL_PRIMARY", this::killPrimary),
        new Fault("SWITCHOVER", this::switchOver),
        new Fault("PAUSE_PRIMARY", this::pausePrimary));
  }

  private void killPrimary(Fault.Progress progress) throws Exception {
    int primary = cluster.primary();
    long start = System.nanoTime();
    cluster.kill(primary);
    awaitFailover(primary, start, progress);
    cluster.start(primary);
    cluster.awaitStandby();
  }

  private void switchOver(Fault.Progress progress) throws Exception {
    int primary = cluster.primary();
    long start = System.nanoTime();
    cluster.switchOver(primary);
    awaitFailover(primary, start, progress);
    cluster.awaitStandby();
  }

  /** The old primary continues where it was, with its connections, after another one is there. */
  private void pausePrimary(Fault.Progress progress) throws Exception {
    int primary = cluster.primary();
    long start = System.nanoTime();
    cluster.pause(primary);
    awaitFailover(primary, start, progress);
    cluster.resume(primary);
    cluster.awaitStandby();
  }

  private void awaitFailover(int oldPrimary, long startNanos, Fault.Progress progress)
      throws Exception {
    cluster.awaitFailover(oldPrimary);
    long promotedNanos = System.nanoTime();
    progress.await(1);
    long changedNanos = System.nanoTime();
    Poll.until("all servers are ready", servers::ready);
    System.out.printf(
        "failover campaign: another primary after %d ms, a change %d ms after it, all servers ready"
            + " %d ms after it%n",
        TimeUnit.NANOSECONDS.toMillis(promotedNanos - startNanos),
        TimeUnit.NANOSECONDS.toMillis(changedNanos - promotedNanos),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - promotedNanos));
  }
}
