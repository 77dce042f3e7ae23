package dev.holdfast.example.marketplace;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Serves the marketplace over HTTP, in lines of {@code name=value} fields:
 *
 * <pre>
 * /head                                          the last block
 * /events?after=BLOCK                            the events since, of the last hours at most;
 *                                                waits for the next block
 * /request?request_id=ID&amp;block=BLOCK             terms; state and taken slots as of the block
 * /held?host=HOST&amp;block=BLOCK                    the slots of the host as of the block
 * /content?request_id=ID&amp;slot_index=N            the content of a slot
 * /submit?host=HOST&amp;request_id=ID&amp;slot_index=N&amp;proof=PROOF
 *                                                fills the slot, or reports that it did not
 * </pre>
 */
public final class MarketplaceServer implements AutoCloseable {
  private final Marketplace marketplace;
  private final Consumer<String> beforeAnswer;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /**
   * Serves on loopback.
   *
   * @param port 0 for a free one
   * @param beforeAnswer receives the path of each call after its work and before its answer
   */
  public MarketplaceServer(Marketplace marketplace, int port, Consumer<String> beforeAnswer)
      throws IOException {
    this.marketplace = marketplace;
    this.beforeAnswer = beforeAnswer;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/", this::handle);
    server.setExecutor(threads);
    server.start();
  }

  /** Returns its address, as {@code http://127.0.0.1:PORT}. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange call) throws IOException {
    int status = 200;
    String body;
    try {
      List<String> lines = answer(call.getRequestURI().getPath(), fields(call));
      body = String.join("\n", lines) + "\n";
    } catch (NoSuchElementException | IllegalArgumentException e) {
      status = 404;
      body = e.getMessage() + "\n";
    } catch (IllegalStateException e) {
      status = 503;
      body = e.getMessage() + "\n";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      call.close();
      return;
    }
    beforeAnswer.accept(call.getRequestURI().getPath());
    byte[] bytes = body.getBytes(UTF_8);
    try (call) {
      call.sendResponseHeaders(status, bytes.length);
      call.getResponseBody().write(bytes);
    }
  }

  private List<String> answer(String path, Map<String, String> fields) throws InterruptedException {
    return switch (path) {
      case "/head" -> List.of("block=" + marketplace.head());
      case "/events" -> events(marketplace.eventsAfter(Long.parseLong(field(fields, "after"))));
      case "/request" -> marketplace.request(field(fields, "request_id"), block(fields));
      case "/held" -> held(marketplace.heldBy(field(fields, "host"), block(fields)));
      case "/content" ->
          List.of(marketplace.content(field(fields, "request_id"), slotIndex(fields)));
      case "/submit" -> {
        boolean filled =
            marketplace.submit(
                field(fields, "host"),
                field(fields, "request_id"),
                slotIndex(fields),
                field(fields, "proof"));
        yield List.of("filled=" + filled);
      }
      default -> throw new NoSuchElementException("no " + path);
    };
  }

  private static List<String> events(Feed feed) {
    List<String> lines = new ArrayList<>();
    lines.add("block=" + feed.head());
    feed.events().forEach(event -> lines.add(event.toString()));
    return lines;
  }

  private static List<String> held(List<HeldSlot> slots) {
    List<String> lines = new ArrayList<>();
    lines.add("slots=" + slots.size());
    slots.forEach(slot -> lines.add(slot.toString()));
    return lines;
  }

  private static Map<String, String> fields(HttpExchange call) {
    Map<String, String> fields = new HashMap<>();
    String query = call.getRequestURI().getQuery();
    for (String field : query == null ? new String[0] : query.split("&", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        fields.put(field.substring(0, equals), field.substring(equals + 1));
      }
    }
    return fields;
  }

  private static String field(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new NoSuchElementException("no " + name);
    }
    return value;
  }

  private static long block(Map<String, String> fields) {
    return Long.parseLong(field(fields, "block"));
  }

  private static int slotIndex(Map<String, String> fields) {
    return Integer.parseInt(field(fields, "slot_index"));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
