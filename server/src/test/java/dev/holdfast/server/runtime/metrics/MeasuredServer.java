package dev.holdfast.server.runtime.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.holdfast.server.runtime.admin.AdminRequest;
import dev.holdfast.server.runtime.admin.AdminResponse;
import dev.holdfast.server.runtime.engine.EmbeddedStore;
import dev.holdfast.server.runtime.security.Security;
import dev.holdfast.server.runtime.serving.HoldfastServer;
import dev.holdfast.testing.Poll;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A server in this process with the repository {@code default}, and its metrics. */
final class MeasuredServer implements AutoCloseable {
  private final ServerMetrics metrics = new ServerMetrics("1.2.3", InstantSource.system());
  private @Nullable HoldfastServer server;

  static MeasuredServer start(Path dataDir, Duration retention) {
    MeasuredServer started = new MeasuredServer();
    // As if TLS were on.
    started.metrics.tasks().certificate(() -> Instant.ofEpochSecond(2_000_000_000));
    started.server =
        HoldfastServer.start(
            new HoldfastServer.Settings(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new EmbeddedStore(dataDir, false),
                1L << 40,
                retention,
                Security.NONE,
                started.metrics,
                null));
    return started;
  }

  ServerMetrics metrics() {
    return metrics;
  }

  String address() {
    return requireNonNull(server).address();
  }

  String scrape() {
    return scrape(metrics);
  }

  /** Returns the metrics of a server that has not done anything. */
  static String atStart() {
    return scrape(new ServerMetrics("1.2.3", InstantSource.system()));
  }

  private static String scrape(ServerMetrics metrics) {
    AdminResponse response =
        requireNonNull(
            metrics
                .handler()
                .respond(
                    new AdminRequest(
                        "GET",
                        "/metrics",
                        Map.of(),
                        Map.of(),
                        "",
                        InetAddress.getLoopbackAddress(),
                        List.of())));
    return new String(response.body(), UTF_8);
  }

  /** Returns the value of a series, named as Prometheus writes it; 0 if it is missing. */
  double value(String series) {
    return value(scrape(), series);
  }

  /** Returns the value of a series in an answer. */
  static double value(String answer, String series) {
    return answer
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .sum();
  }

  /** Waits until a metric has a series. */
  void awaitSeries(String metric) throws Exception {
    Poll.until(metric, () -> scrape().contains("\n" + metric + "{"));
  }

  @Override
  public void close() {
    if (server != null && !server.drain()) {
      throw new AssertionError("the server did not stop cleanly");
    }
  }
}
