package dev.holdfast.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what a process shows of itself: metrics, logs and spans. */
class MonitoringTest {
  /** The start of a TLS 1.2 handshake. */
  private static final byte[] CLIENT_HELLO = {
    0x16, 0x03, 0x01, 0x00, 0x31, 0x01, 0x00, 0x00, 0x2d, 0x03, 0x03
  };

  @TempDir private Path directory;

  private Path dataDir() {
    return directory.resolve("data");
  }

  private static void reserve(Stubs stubs, long slotIndex) {
    var unused =
        stubs
            .reservations()
            .reserveSlot(
                Requests.reserveSlot(
                    "default", Requests.slot("r", slotIndex), 10, "op" + slotIndex));
  }

  @Test
  void metricsAreServedAndSurviveARestart() throws Exception {
    String[] flags = {"--admin-listen", "127.0.0.1:0", "--capacity", "1000"};
    for (int start = 0; start < 2; start++) {
      try (ServerProcess server = ServerProcess.start(dataDir(), flags);
          Stubs stubs = new Stubs(server.target())) {
        int port = server.adminPort();
        reserve(stubs, start);
        String series =
            "holdfast_repository_reservations{repository=\"default\",state=\"reserved\"} ";
        String expected = series + (start + 1) + ".0";
        Poll.until(expected, () -> Http.get(port, "/metrics").body().contains(expected + "\n"));
        HttpResponse<String> metrics = Http.get(port, "/metrics");
        assertEquals(
            "text/plain; version=0.0.4; charset=utf-8",
            metrics.headers().firstValue("content-type").orElse(""));
        assertTrue(
            metrics.body().contains("\nholdfast_refusals_total{reason=\"OVERLOADED\"} 0.0\n"));
        assertTrue(metrics.body().contains("\nholdfast_health_check_ok{check=\"store\"} 1.0\n"));
        assertEquals(0, server.terminate());
      }
    }
  }

  private static void sendAndAwaitEnd(ServerProcess server, byte[] bytes) throws IOException {
    String target = server.target();
    int port = Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(60_000);
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      socket.shutdownOutput();
      var unused = socket.getInputStream().readAllBytes();
    }
  }

  @Test
  void strayClientsCostOneLineAndJsonLogsAreOneObjectALine() throws Exception {
    try (ServerProcess server =
        ServerProcess.start(dataDir(), "--log-format", "json", "--capacity", "1000")) {
      long before = server.log().lines().count();
      for (int i = 0; i < 20; i++) {
        sendAndAwaitEnd(server, "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1));
        sendAndAwaitEnd(server, CLIENT_HELLO);
        sendAndAwaitEnd(server, "hello\r\n".getBytes(ISO_8859_1));
      }
      assertEquals(0, server.terminate());
      List<String> lines = server.log().lines().toList();
      for (String line : lines) {
        assertTrue(
            line.matches("\\{\"timestamp\":\\d+,\"level\":\"[A-Z]+\",.*\"throwable\":null\\}"),
            line);
      }
      // Also "draining" and "stopped".
      assertTrue(lines.size() - before <= 3, () -> String.join("\n", lines));
      assertTrue(
          lines.stream().anyMatch(line -> line.contains("1 repositories, 0 reservations")),
          () -> String.join("\n", lines));
    }
  }

  @Test
  void aHigherLogLevelLeavesLinesOut() throws Exception {
    try (ServerProcess server = ServerProcess.start(dataDir(), "--log-level", "error")) {
      assertEquals(0, server.terminate());
      assertEquals("", server.log());
    }
  }

  @Test
  void spansGoToTheCollectorThatTheEnvironmentNames() throws Exception {
    List<String> bodies = new CopyOnWriteArrayList<>();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), ISO_8859_1));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    try {
      String endpoint = "http://127.0.0.1:" + collector.getAddress().getPort();
      Program program =
          Program.holdfast().withEnvironment(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint));
      try (ServerProcess server = program.serve(dataDir(), "--capacity", "1000");
          Stubs stubs = new Stubs(server.target())) {
        reserve(stubs, 0);
        // The end sends what is left.
        assertEquals(0, server.terminate());
      }
      String all = String.join("", bodies);
      assertTrue(all.contains("holdfast.v1.ReservationsService/ReserveSlot"), all);
      assertTrue(all.contains("commit"), all);
      assertTrue(all.contains("holdfast.batch"), all);
    } finally {
      collector.stop(0);
    }
  }
}
