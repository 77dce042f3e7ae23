package dev.holdfast.server.runtime;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** {@code /livez} and {@code /readyz} over HTTP: 200, or 503 and why not. */
final class AdminServer implements AutoCloseable {
  private final HttpServer http;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(work -> new Thread(work, "admin"));

  /**
   * Starts it.
   *
   * @param unready why the server is not ready; empty where it is
   */
  AdminServer(InetSocketAddress address, Supplier<String> unready) throws IOException {
    http = HttpServer.create(address, 0);
    http.setExecutor(thread);
    http.createContext("/", exchange -> answer(exchange, "/", 404, "not found"));
    http.createContext("/livez", exchange -> answer(exchange, "/livez", 200, "ok"));
    http.createContext(
        "/readyz",
        exchange -> {
          String why = unready.get();
          answer(exchange, "/readyz", why.isEmpty() ? 200 : 503, why.isEmpty() ? "ok" : why);
        });
    http.start();
  }

  private static void answer(HttpExchange exchange, String path, int status, String text)
      throws IOException {
    try (exchange) {
      boolean head = exchange.getRequestMethod().equals("HEAD");
      // A context also gets what only begins with its path.
      boolean exact = exchange.getRequestURI().getPath().equals(path);
      byte[] body = ((exact ? text : "not found") + "\n").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
      if (!head && !exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        exchange.sendResponseHeaders(405, -1);
        return;
      }
      exchange.sendResponseHeaders(exact ? status : 404, head ? -1 : body.length);
      if (!head) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  /** Where it answers, as {@code HOST:PORT} with the real port. */
  String address() {
    return GrpcServer.words(http.getAddress());
  }

  @Override
  public void close() {
    http.stop(0);
    thread.shutdown();
  }
}
