package dev.holdfast.example.node;

import dev.holdfast.client.model.ObservedSlot;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.model.StorageRequest;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The marketplace as this node sees it. It answers in lines of {@code name=value} words. */
final class Chain {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  /** Blocks after a block: up to which one, and what happened in them. */
  record News(long head, List<Event> events) {}

  /** What happened in a block: "requested", "filled" or "freed" of a slot, or "ended". */
  record Event(long block, String kind, String requestId, Map<String, String> words) {
    Slot slot() {
      return new Slot(requestId, Long.parseUnsignedLong(word(words, "slot_index")));
    }
  }

  /** A request as of a block, with the hosts of the slots that are taken. */
  record Request(StorageRequest terms, boolean isLiving, Map<Long, String> hosts) {
    boolean hasFreeSlots() {
      return isLiving && hosts.size() < terms.slotCount();
    }
  }

  private final HttpClient http = HttpClient.newHttpClient();
  private final String url;
  private final String host;

  /**
   * A chain on which this node is known by a name.
   *
   * @param url where the marketplace serves
   * @param host the name of this node
   */
  Chain(String url, String host) {
    this.url = url;
    this.host = host;
  }

  String host() {
    return host;
  }

  /** The last block there is. */
  long head() throws IOException, InterruptedException {
    return block(get("/head").get(0));
  }

  /**
   * What happened after a block, as far back as the chain tells. Waits until there is a next one,
   * for a while.
   */
  News after(long block) throws IOException, InterruptedException {
    List<Map<String, String>> lines = get("/events?after=" + block);
    List<Event> events =
        lines.stream()
            .skip(1)
            .map(
                line -> new Event(block(line), word(line, "event"), word(line, "request_id"), line))
            .toList();
    return new News(block(lines.get(0)), events);
  }

  /** The slots that this node has to keep as of now: all of them, as the chain counts them. */
  List<ObservedSlot> held() throws IOException, InterruptedException {
    List<Map<String, String>> lines = get("/held?host=" + host + "&block=" + head());
    List<ObservedSlot> slots =
        lines.stream()
            .skip(1)
            .map(
                line -> new ObservedSlot(slot(line), Long.parseLong(word(line, "slot_size_bytes"))))
            .toList();
    if (slots.size() != Integer.parseInt(word(lines.get(0), "slots"))) {
      throw new IOException("the chain did not answer all slots");
    }
    return slots;
  }

  /** A request as it is now. */
  Request request(String requestId) throws IOException, InterruptedException {
    return request(requestId, head());
  }

  /** A request as it was in a block, which is the same whenever it is asked for. */
  Request request(String requestId, long block) throws IOException, InterruptedException {
    List<Map<String, String>> lines = get("/request?request_id=" + requestId + "&block=" + block);
    Map<String, String> first = lines.get(0);
    StorageRequest terms =
        new StorageRequest(
                requestId,
                Long.parseLong(word(first, "slot_count")),
                Long.parseLong(word(first, "slot_size_bytes")),
                Duration.ofSeconds(Long.parseLong(word(first, "duration_seconds"))),
                new BigInteger(word(first, "price_per_byte_per_second")))
            .withCollateralPerByte(new BigInteger(word(first, "collateral_per_byte")));
    boolean isLiving = Set.of("open", "started").contains(word(first, "state"));
    Map<Long, String> hosts =
        lines.stream()
            .skip(1)
            .collect(
                Collectors.toMap(
                    line -> Long.parseUnsignedLong(word(line, "slot_index")),
                    line -> word(line, "host")));
    return new Request(terms, isLiving, hosts);
  }

  /** Downloads what is to be kept in a slot, from its buyer. */
  String content(Slot slot) throws IOException, InterruptedException {
    return send("/content?" + words(slot)).body().strip();
  }

  /** Hands a proof in. When this returns, the chain has it that this node holds the slot. */
  void submit(Slot slot, String proof) throws IOException, InterruptedException {
    String filled =
        word(get("/submit?host=" + host + "&" + words(slot) + "&proof=" + proof).get(0), "filled");
    if (!filled.equals("true")) {
      throw new RefusedException("the slot is no longer free");
    }
  }

  private static String words(Slot slot) {
    return "request_id=%s&slot_index=%s"
        .formatted(slot.requestId(), Long.toUnsignedString(slot.slotIndex()));
  }

  private static Slot slot(Map<String, String> line) {
    return new Slot(word(line, "request_id"), Long.parseUnsignedLong(word(line, "slot_index")));
  }

  private static long block(Map<String, String> line) {
    return Long.parseLong(word(line, "block"));
  }

  private static String word(Map<String, String> line, String name) {
    String word = line.get(name);
    if (word == null) {
      throw new IllegalStateException("the chain answered no " + name + ": " + line);
    }
    return word;
  }

  private List<Map<String, String>> get(String call) throws IOException, InterruptedException {
    return send(call).body().lines().filter(line -> !line.isEmpty()).map(Chain::parse).toList();
  }

  private HttpResponse<String> send(String call) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + call)).timeout(DEADLINE).build();
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new RefusedException(call + ": " + response.body().strip());
    }
    return response;
  }

  private static Map<String, String> parse(String line) {
    Map<String, String> words = new HashMap<>();
    for (String word : line.split(" ", -1)) {
      int equals = word.indexOf('=');
      words.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return words;
  }
}
