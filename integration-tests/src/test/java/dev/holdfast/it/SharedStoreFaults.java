package dev.holdfast.it;

import dev.holdfast.it.postgresql.PgBouncerProcess;
import dev.holdfast.it.postgresql.PostgresProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The ways in which servers on one PostgreSQL, that PostgreSQL, and a pooler between them fail. */
final class SharedStoreFaults {
  private static final long LONGEST_OUTAGE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long LONGEST_HANG_NANOS = TimeUnit.SECONDS.toNanos(8);
  private static final int LOAD_MEANWHILE = 200;

  private final SharedServers servers;
  private final PostgresProcess database;
  private final Random random;

  SharedStoreFaults(SharedServers servers, PostgresProcess database, Random random) {
    this.servers = servers;
    this.database = database;
    this.random = random;
  }

  /**
   * Returns the faults.
   *
   * @param pooler is between the servers and the database, if there is one
   */
  List<Fault> list(@Nullable PgBouncerProcess pooler) {
    List<Fault> faults =
        new ArrayList<>(
            List.of(
                new Fault("KILL_SERVER", this::killServer),
                new Fault("KILL_ALL_SERVERS", progress -> killAllServers()),
                new Fault("KILL_DATABASE", progress -> killDatabase()),
                new Fault("KILL_DATABASE_AND_SERVER", progress -> killDatabaseAndServer()),
                new Fault("CUT_CONNECTIONS", progress -> database.cutConnections()),
                new Fault("HANG_DATABASE", progress -> hangDatabase())));
    if (pooler != null) {
      faults.add(new Fault("KILL_POOLER", progress -> killPooler(pooler)));
      faults.add(
          new Fault(
              "EXHAUST_POOL", progress -> pooler.exhaustWhile(() -> pause(LONGEST_HANG_NANOS))));
    }
    return faults;
  }

  /** One server is killed; the others go on. */
  private void killServer(Fault.Progress progress) throws Exception {
    int victim = servers.any(random);
    servers.kill(victim);
    progress.await(LOAD_MEANWHILE);
    servers.restart(victim);
  }

  private void killAllServers() throws Exception {
    servers.killAll();
    servers.restartAll();
  }

  private void killDatabase() throws Exception {
    database.kill();
    pause(LONGEST_OUTAGE_NANOS);
    database.start();
  }

  private void killDatabaseAndServer() throws Exception {
    int victim = servers.any(random);
    database.kill();
    servers.kill(victim);
    database.start();
    servers.restart(victim);
  }

  /** PostgreSQL answers nothing for some seconds, with all connections open. */
  private void hangDatabase() throws Exception {
    database.pause();
    pause(LONGEST_HANG_NANOS);
    database.resume();
  }

  private void killPooler(PgBouncerProcess pooler) throws Exception {
    pooler.kill();
    pause(LONGEST_OUTAGE_NANOS);
    pooler.start();
  }

  private void pause(long longestNanos) {
    LockSupport.parkNanos((long) (random.nextDouble() * longestNanos));
  }
}
