package dev.holdfast.it.postgresql;

import dev.holdfast.testing.process.FixedPort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A Patroni with its PostgreSQL, both of which a campaign kills, pauses and starts again. */
final class PatroniNode implements AutoCloseable {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(1);

  /** A switchover is answered when it is done. */
  private static final Duration SWITCHOVER_TIMEOUT = Duration.ofSeconds(60);

  private static final int OK = 200;

  private final String name;
  private final ScratchDirectory home;
  private final FixedPort port = new FixedPort();
  private final FixedPort restPort = new FixedPort();
  private final Path configuration;
  private @Nullable Process patroni;

  PatroniNode(String name, String etcd) throws IOException {
    this.name = name;
    home = new ScratchDirectory(name);
    configuration = home.write("patroni.yml", configuration(etcd));
  }

  /** The times are the shortest that Patroni's documentation allows, or nearly. */
  private String configuration(String etcd) {
    return """
        scope: holdfast
        name: %1$s
        etcd:
          hosts: %2$s
        restapi:
          listen: %3$s
          connect_address: %3$s
        bootstrap:
          dcs:
            ttl: 20
            loop_wait: 2
            retry_timeout: 3
            synchronous_mode: true
            postgresql:
              use_pg_rewind: true
              parameters:
                max_connections: 200
                wal_keep_size: 256MB
          initdb:
            - encoding: UTF8
            - locale: C
            - data-checksums
            - wal-segsize: "1"
        postgresql:
          listen: %4$s
          connect_address: %4$s
          bin_dir: %5$s
          data_dir: %6$s
          pgpass: %7$s
          remove_data_directory_on_diverged_timelines: true
          remove_data_directory_on_rewind_failure: true
          parameters:
            unix_socket_directories: %8$s
          pg_hba:
            - host all all 127.0.0.1/32 trust
            - host replication all 127.0.0.1/32 trust
          authentication:
            superuser:
              username: %9$s
            replication:
              username: replicator
        """
        .formatted(
            name,
            etcd,
            restPort.address(),
            port.address(),
            ScratchDirectory.postgresqlPrograms(),
            home.resolve("data"),
            home.resolve("pgpass"),
            home.resolve(""),
            ScratchDirectory.USER);
  }

  String name() {
    return name;
  }

  /** Returns the {@code 127.0.0.1:PORT} of PostgreSQL. */
  String address() {
    return port.address();
  }

  /** Returns the output of Patroni and PostgreSQL. */
  String log() throws IOException {
    return home.log();
  }

  /** Starts Patroni, which starts PostgreSQL, and makes it what the cluster needs. */
  void start() throws IOException {
    patroni = home.program("/usr/bin/patroni", List.of(configuration.toString())).start();
  }

  /** Returns whether Patroni runs; it ends by itself if it cannot make its first PostgreSQL. */
  boolean isAlive() {
    Process running = patroni;
    return running != null && running.isAlive();
  }

  /**
   * Returns whether Patroni says yes to a question of its health checks, for example {@code
   * /primary}; no if it does not answer.
   */
  boolean is(String question) throws InterruptedException {
    try {
      return send(request(question, ANSWER_TIMEOUT).build()).statusCode() == OK;
    } catch (IOException e) {
      return false;
    }
  }

  /** Asks this node, which must be the primary, to make another one the primary. */
  void switchOverTo(PatroniNode candidate) throws IOException, InterruptedException {
    String body = "{\"leader\": \"%s\", \"candidate\": \"%s\"}".formatted(name, candidate.name());
    HttpResponse<String> answer =
        send(
            request("/switchover", SWITCHOVER_TIMEOUT)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    if (answer.statusCode() != OK) {
      throw new IOException("no switchover: " + answer.body());
    }
  }

  private HttpRequest.Builder request(String path, Duration timeout) {
    return HttpRequest.newBuilder(URI.create("http://" + restPort.address() + path))
        .timeout(timeout);
  }

  private static HttpResponse<String> send(HttpRequest request)
      throws IOException, InterruptedException {
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** Kills Patroni, the postmaster and its backends with SIGKILL. */
  void kill() throws IOException {
    Signals.kill(processes());
  }

  /** Stops Patroni, the postmaster and its backends with SIGSTOP; connections stay open. */
  void pause() throws IOException, InterruptedException {
    Signals.pause(processes());
  }

  /** Lets paused processes continue. */
  void resume() throws IOException, InterruptedException {
    Signals.resume(processes());
  }

  /** Returns Patroni first, so that it does not start again what is killed after it. */
  private List<ProcessHandle> processes() throws IOException {
    List<ProcessHandle> all = new ArrayList<>();
    Process running = patroni;
    if (running != null) {
      all.addAll(Signals.tree(running.toHandle()));
    }
    postmaster().ifPresent(postmaster -> all.addAll(Signals.tree(postmaster)));
    return all.stream().distinct().toList();
  }

  /** Patroni detaches the postmaster, so it is no descendant. */
  private Optional<ProcessHandle> postmaster() throws IOException {
    Path file = home.resolve("data").resolve("postmaster.pid");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    // After a kill, another process may have got the id.
    return ProcessHandle.of(Long.parseLong(Files.readAllLines(file).get(0)))
        .filter(process -> process.info().command().orElse("").endsWith("/postgres"));
  }

  @Override
  public void close() throws IOException {
    kill();
    port.close();
    restPort.close();
    home.close();
  }
}
