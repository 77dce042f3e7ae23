package dev.holdfast.it;

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

/** Several servers on one database, which a campaign kills and starts again. */
final class SharedServers implements AutoCloseable {
  private static final int COUNT = 3;
  private static final int HTTP_OK = 200;

  private final Path temp;
  private final String url;
  private final ExecutorService threads;
  private final List<FixedPort> ports = new ArrayList<>();
  private final List<ServerProcess> servers = new ArrayList<>();

  /**
   * Starts the servers at once.
   *
   * @param url the address of the database
   */
  SharedServers(Path temp, String url, ExecutorService threads) throws Exception {
    this.temp = temp;
    this.url = url;
    this.threads = threads;
    try {
      for (int i = 0; i < COUNT; i++) {
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

  int any(Random random) {
    return random.nextInt(COUNT);
  }

  void kill(int server) {
    servers.get(server).kill();
  }

  /** Starts a server that was killed. */
  void restart(int server) throws IOException, InterruptedException {
    servers.set(server, start(server));
  }

  void killAll() {
    servers.forEach(ServerProcess::kill);
  }

  /** Starts all servers at once, after they were killed. */
  void restartAll() throws Exception {
    List<ServerProcess> started = startTogether();
    servers.clear();
    servers.addAll(started);
  }

  /** Returns whether every server says that it can be used. */
  boolean ready() throws IOException, InterruptedException {
    for (ServerProcess server : servers) {
      if (Http.get(server.adminPort(), "/readyz").statusCode() != HTTP_OK) {
        return false;
      }
    }
    return true;
  }

  private ServerProcess start(int server) throws IOException, InterruptedException {
    return ServerProcess.start(
        temp.resolve("server" + server),
        "--store",
        url,
        "--listen",
        ports.get(server).address(),
        "--admin-listen",
        "127.0.0.1:0",
        "--capacity",
        Long.toString(SharedStoreLoad.CAPACITY_BYTES));
  }

  private List<ServerProcess> startTogether() throws Exception {
    List<Callable<ServerProcess>> starting = new ArrayList<>();
    for (int i = 0; i < COUNT; i++) {
      int server = i;
      starting.add(() -> start(server));
    }
    List<ServerProcess> started = new ArrayList<>();
    for (Future<ServerProcess> server : threads.invokeAll(starting)) {
      started.add(server.get());
    }
    return started;
  }

  @Override
  public void close() throws IOException {
    servers.forEach(ServerProcess::close);
    for (FixedPort port : ports) {
      port.close();
    }
  }
}
