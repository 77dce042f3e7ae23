package dev.holdfast.it;

import dev.holdfast.it.postgresql.PatroniCluster;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three servers share a PostgreSQL with a synchronous standby under Patroni; the primary fails
 * under load, again and again, and after each failover the ledger is compared with what its callers
 * and watchers were told. Started by {@code integration-tests/campaigns/failover/run}.
 */
class FailoverCampaign {
  private static final int FAILOVERS = Integer.getInteger("holdfast.failover.failovers", 3);

  @TempDir private Path temp = Path.of("");

  @Test
  void nothingIsLostWhenTheStandbyTakesOver() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try (PatroniCluster cluster = new PatroniCluster();
        SharedServers servers = new SharedServers(temp, cluster.url(), threads);
        SharedStoreLoad load = new SharedStoreLoad("failover", servers.targets(), threads)) {
      load.run(FAILOVERS, new FailoverFaults(servers, cluster).list());
    } finally {
      threads.shutdownNow();
    }
  }
}
