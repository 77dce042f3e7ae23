package dev.holdfast.it;

import dev.holdfast.it.postgresql.PgBouncerProcess;
import dev.holdfast.it.postgresql.PostgresProcess;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three servers share one PostgreSQL, with or without PgBouncer between them; servers, database and
 * pooler fail under load, again and again, and after each time the ledger is compared with what its
 * callers and watchers were told. Started by {@code integration-tests/campaigns/shared-store/run}.
 */
class SharedStoreCampaign {
  private static final int CYCLES = Integer.getInteger("holdfast.shared-store.cycles", 5);

  @TempDir private Path temp = Path.of("");

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @Test
  void nothingIsLostWhateverFails() throws Exception {
    try (PostgresProcess database = new PostgresProcess()) {
      database.start();
      if (System.getProperty("holdfast.shared-store.pooler", "").equals("pgbouncer")) {
        try (PgBouncerProcess pooler = new PgBouncerProcess(database.address())) {
          pooler.start();
          run(database, pooler.url(), pooler);
        }
      } else {
        run(database, database.url(), null);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private void run(PostgresProcess database, String url, @Nullable PgBouncerProcess pooler)
      throws Exception {
    try (SharedServers servers = new SharedServers(temp, url, threads);
        SharedStoreLoad load = new SharedStoreLoad("shared-store", servers.targets(), threads)) {
      SharedStoreFaults faults = new SharedStoreFaults(servers, database, load.random());
      load.run(CYCLES, faults.list(pooler));
    }
  }
}
