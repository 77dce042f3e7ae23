package dev.holdfast.it;

import dev.holdfast.it.postgresql.PostgresProcess;
import dev.holdfast.testing.process.FixedPort;
import dev.holdfast.testing.process.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Several servers on one PostgreSQL, and the ways in which a campaign has them fail. */
final class SharedStoreFaults implements AutoCloseable {
  static final int SERVERS = 3;

  private static final long LONGEST_OUTAGE_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long LONGEST_HANG_NANOS = TimeUnit.SECONDS.toNanos(8);

  /** A way to fail. */
  enum Fault {
    /** One server is killed; the others go on. */
    KILL_SERVER,
    /** All servers are killed at once. */
    KILL_ALL_SERVERS,
    /** PostgreSQL is killed. */
    KILL_DATABASE,
    /** PostgreSQL and one server are killed at once. */
    KILL_DATABASE_AND_SERVER,
    /** About half of all connections to PostgreSQL are ended, wherever they are. */
    CUT_CONNECTIONS,
    /** PostgreSQL answers nothing for some seconds, with all connections open. */
    HANG_DATABASE
  }

  private final Path temp;
  private final long capacityBytes;
  private final Random random;
  private final ExecutorService threads;
  private final PostgresProcess database;
  private final List<FixedPort> ports = new ArrayList<>();
  private final List<ServerProcess> servers = new ArrayList<>();

  /** Starts the database and the servers. */
  SharedStoreFaults(Path temp, long capacityBytes, Random random, ExecutorService threads)
      throws Exception {
    this.temp = temp;
    this.capacityBytes = capacityBytes;
    this.random = random;
    this.threads = threads;
    database = new PostgresProcess();
    try {
      database.start();
      for (int i = 0; i < SERVERS; i++) {
        ports.add(new FixedPort());
      }
      servers.addAll(startTogether());
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  /** Returns the address of each server, which it keeps when it is started again. */
  List<String> targets() {
    return ports.stream().map(FixedPort::address).toList();
  }

  private ServerProcess start(int server) throws IOException, InterruptedException {
    return ServerProcess.start(
        temp.resolve("server" + server),
        "--store",
        database.url(),
        "--listen",
        ports.get(server).address(),
        "--capacity",
        Long.toString(capacityBytes));
  }

  private List<ServerProcess> startTogether() throws Exception {
    List<Callable<ServerProcess>> starting = new ArrayList<>();
    for (int i = 0; i < SERVERS; i++) {
      int server = i;
      starting.add(() -> start(server));
    }
    List<ServerProcess> started = new ArrayList<>();
    for (Future<ServerProcess> server : threads.invokeAll(starting)) {
      started.add(server.get());
    }
    return started;
  }

  /** Waits until the load went on, while a part is down. */
  interface Progress {
    void await() throws Exception;
  }

  /** Lets something fail, and starts it again. */
  void cause(Fault fault, Progress progress) throws Exception {
    int victim = random.nextInt(SERVERS);
    switch (fault) {
      case KILL_SERVER -> {
        servers.get(victim).kill();
        progress.await();
        servers.set(victim, start(victim));
      }
      case KILL_ALL_SERVERS -> {
        servers.forEach(ServerProcess::kill);
        servers.clear();
        servers.addAll(startTogether());
      }
      case KILL_DATABASE -> {
        database.kill();
        pause(LONGEST_OUTAGE_NANOS);
        database.start();
      }
      case KILL_DATABASE_AND_SERVER -> {
        database.kill();
        servers.get(victim).kill();
        database.start();
        servers.set(victim, start(victim));
      }
      case CUT_CONNECTIONS -> database.cutConnections();
      case HANG_DATABASE -> {
        database.pause();
        pause(LONGEST_HANG_NANOS);
        database.resume();
      }
    }
  }

  private void pause(long longestNanos) {
    LockSupport.parkNanos((long) (random.nextDouble() * longestNanos));
  }

  @Override
  public void close() throws IOException {
    servers.forEach(ServerProcess::close);
    database.close();
    for (FixedPort port : ports) {
      port.close();
    }
  }
}
