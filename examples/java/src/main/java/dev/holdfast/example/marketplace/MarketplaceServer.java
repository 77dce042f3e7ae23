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
 * The marketplace over HTTP, in lines of {@code name=value} words:
 *
 * <pre>
 * /head                                          the last block
 * /events?after=BLOCK                            what happened since, in the last hours at
 *                                                most; waits for the next block
 * /request?request_id=ID&amp;block=BLOCK             terms; state and taken slots as of the block
 * /held?host=HOST&amp;block=BLOCK                    what the host had to keep as of the block
 * /content?request_id=ID&amp;slot_index=N            what is to be kept in a slot
 * /submit?host=HOST&amp;request_id=ID&amp;slot_index=N&amp;proof=PROOF
 *                                                fills the slot, or says that it did not
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
   * @param beforeAnswer is told the path of each call that has done its work and is not answered
   *     yet
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

  /** Where it serves, as {@code http://127.0.0.1:PORT}. */
  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange call) throws IOException {
    int status = 200;
    String body;
    try {
      List<String> lines = answer(call.getRequestURI().getPath(), words(call));
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

  private List<String> answer(String path, Map<String, String> words) throws InterruptedException {
    return switch (path) {
      case "/head" -> List.of("block=" + marketplace.head());
      case "/events" -> events(marketplace.eventsAfter(Long.parseLong(word(words, "after"))));
      case "/request" -> marketplace.request(word(words, "request_id"), block(words));
      case "/held" -> held(marketplace.heldBy(word(words, "host"), block(words)));
      case "/content" -> List.of(marketplace.content(word(words, "request_id"), slotIndex(words)));
      case "/submit" -> {
        boolean filled =
            marketplace.submit(
                word(words, "host"),
                word(words, "request_id"),
                slotIndex(words),
                word(words, "proof"));
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

  private static Map<String, String> words(HttpExchange call) {
    Map<String, String> words = new HashMap<>();
    String query = call.getRequestURI().getQuery();
    for (String word : query == null ? new String[0] : query.split("&", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        words.put(word.substring(0, equals), word.substring(equals + 1));
      }
    }
    return words;
  }

  private static String word(Map<String, String> words, String name) {
    String value = words.get(name);
    if (value == null) {
      throw new NoSuchElementException("no " + name);
    }
    return value;
  }

  private static long block(Map<String, String> words) {
    return Long.parseLong(word(words, "block"));
  }

  private static int slotIndex(Map<String, String> words) {
    return Integer.parseInt(word(words, "slot_index"));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
