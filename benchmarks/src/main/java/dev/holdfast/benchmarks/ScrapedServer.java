package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.load.ClosedLoop;
import dev.holdfast.benchmarks.load.Connections;
import dev.holdfast.benchmarks.load.SlotWorkload;
import dev.holdfast.benchmarks.report.Figures;
import dev.holdfast.testing.process.FixedPort;
import io.grpc.InsecureChannelCredentials;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A server whose metrics are scraped every second: more often than Prometheus does. */
final class ScrapedServer implements AutoCloseable {
  private static final int OK = 200;

  private final FixedPort port;
  private final MeasuredServer server;
  private final Access access;
  private final HttpRequest metrics;
  private final HttpClient http;
  private final AtomicLong scrapes = new AtomicLong();
  private final ScheduledExecutorService scraper = Executors.newSingleThreadScheduledExecutor();

  /** How a server is called. */
  interface Access {
    /** The access to a server without encryption and authentication. */
    Access PLAIN = address -> new Connections(address, InsecureChannelCredentials.create());

    Connections connect(String address) throws IOException;

    default String[] flags() {
      return new String[0];
    }

    default HttpClient http() {
      return HttpClient.newHttpClient();
    }

    default String scheme() {
      return "http";
    }
  }

  /** Starts a server and the scraping. */
  ScrapedServer(Programs programs, Path dataDir, Access access)
      throws IOException, InterruptedException {
    this.access = access;
    this.port = new FixedPort();
    String[] own = access.flags();
    String[] flags = new String[own.length + 2];
    System.arraycopy(own, 0, flags, 2, own.length);
    flags[0] = "--admin-listen";
    flags[1] = port.address();
    this.server = programs.holdfast(dataDir, flags);
    this.metrics =
        HttpRequest.newBuilder(URI.create(access.scheme() + "://" + port.address() + "/metrics"))
            .build();
    this.http = access.http();
    var unused = scraper.scheduleAtFixedRate(this::scrape, 1, 1, TimeUnit.SECONDS);
  }

  private void scrape() {
    try {
      HttpResponse<String> response = http.send(metrics, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() == OK && response.body().contains("holdfast_build_info")) {
        scrapes.incrementAndGet();
      }
    } catch (IOException e) {
      // The server is starting, or has ended; a run without scrapes fails.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns a program of unary calls with this number in flight. */
  Comparison.Program unary(int inFlight) {
    return (warmUp, counted) -> {
      // A short measurement may end before the next second.
      long before = scrapes.get();
      scrape();
      try (Connections connections = access.connect(server.address())) {
        Figures figures =
            Figures.of(
                "",
                ClosedLoop.run(
                    connections.workloads(inFlight, SlotWorkload::new), warmUp, counted));
        if (scrapes.get() == before) {
          throw new IllegalStateException("no metrics were scraped");
        }
        return figures;
      }
    };
  }

  @Override
  public void close() throws IOException {
    scraper.shutdownNow();
    server.close();
    port.close();
  }
}
