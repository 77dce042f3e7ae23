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

/** The marketplace as this node sees it. It answers in lines of {@code name=value} fields. */
final class Chain {
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  /** The blocks after a block: the last block, and the events of all of them. */
  record News(long head, List<Event> events) {}

  /** An event of a block: "requested", "filled" or "freed" of a slot, or "ended". */
  record Event(long block, String kind, String requestId, Map<String, String> fields) {
    Slot slot() {
      return new Slot(requestId, Long.parseUnsignedLong(field(fields, "slot_index")));
    }
  }

  /** A request as of a block, with the hosts of its taken slots. */
  record Request(StorageRequest terms, boolean isActive, Map<Long, String> hosts) {
    boolean hasFreeSlots() {
      return isActive && hosts.size() < terms.slotCount();
    }
  }

  private final HttpClient http = HttpClient.newHttpClient();
  private final String url;
  private final String host;

  /**
   * Makes a client of the chain.
   *
   * @param url the address of the marketplace
   * @param host the name of this node on the chain
   */
  Chain(String url, String host) {
    this.url = url;
    this.host = host;
  }

  String host() {
    return host;
  }

  /** Returns the last block. */
  long head() throws IOException, InterruptedException {
    return block(get("/head").get(0));
  }

  /**
   * Returns the events after a block, as far back as the chain keeps them. Waits a while for the
   * next block.
   */
  News after(long block) throws IOException, InterruptedException {
    List<Map<String, String>> lines = get("/events?after=" + block);
    List<Event> events =
        lines.stream()
            .skip(1)
            .map(
                line ->
                    new Event(block(line), field(line, "event"), field(line, "request_id"), line))
            .toList();
    return new News(block(lines.get(0)), events);
  }

  /** Returns all slots that this node must keep now; their number is checked. */
  List<ObservedSlot> held() throws IOException, InterruptedException {
    List<Map<String, String>> lines = get("/held?host=" + host + "&block=" + head());
    List<ObservedSlot> slots =
        lines.stream()
            .skip(1)
            .map(
                line ->
                    new ObservedSlot(slot(line), Long.parseLong(field(line, "slot_size_bytes"))))
            .toList();
    if (slots.size() != Integer.parseInt(field(lines.get(0), "slots"))) {
      throw new IOException("the chain did not answer all slots");
    }
    return slots;
  }

  /** Returns the current state of a request. */
  Request request(String requestId) throws IOException, InterruptedException {
    return request(requestId, head());
  }

  /** Returns the state of a request as of a block, which never changes. */
  Request request(String requestId, long block) throws IOException, InterruptedException {
    List<Map<String, String>> lines = get("/request?request_id=" + requestId + "&block=" + block);
    Map<String, String> first = lines.get(0);
    StorageRequest terms =
        new StorageRequest(
                requestId,
                Long.parseLong(field(first, "slot_count")),
                Long.parseLong(field(first, "slot_size_bytes")),
                Duration.ofSeconds(Long.parseLong(field(first, "duration_seconds"))),
                new BigInteger(field(first, "price_per_byte_per_second")))
            .withCollateralPerByte(new BigInteger(field(first, "collateral_per_byte")));
    boolean isActive = Set.of("open", "started").contains(field(first, "state"));
    Map<Long, String> hosts =
        lines.stream()
            .skip(1)
            .collect(
                Collectors.toMap(
                    line -> Long.parseUnsignedLong(field(line, "slot_index")),
                    line -> field(line, "host")));
    return new Request(terms, isActive, hosts);
  }

  /** Downloads the content of a slot from its buyer. */
  String content(Slot slot) throws IOException, InterruptedException {
    return send("/content?" + fields(slot)).body().strip();
  }

  /** Submits a proof. When this returns, this node holds the slot on the chain. */
  void submit(Slot slot, String proof) throws IOException, InterruptedException {
    String filled =
        field(
            get("/submit?host=" + host + "&" + fields(slot) + "&proof=" + proof).get(0), "filled");
    if (!filled.equals("true")) {
      throw new RefusedException("the slot is no longer free");
    }
  }

  private static String fields(Slot slot) {
    return "request_id=%s&slot_index=%s"
        .formatted(slot.requestId(), Long.toUnsignedString(slot.slotIndex()));
  }

  private static Slot slot(Map<String, String> line) {
    return new Slot(field(line, "request_id"), Long.parseUnsignedLong(field(line, "slot_index")));
  }

  private static long block(Map<String, String> line) {
    return Long.parseLong(field(line, "block"));
  }

  private static String field(Map<String, String> line, String name) {
    String field = line.get(name);
    if (field == null) {
      throw new IllegalStateException("the chain answered no " + name + ": " + line);
    }
    return field;
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
    Map<String, String> fields = new HashMap<>();
    for (String field : line.split(" ", -1)) {
      int equals = field.indexOf('=');
      fields.put(field.substring(0, equals), field.substring(equals + 1));
    }
    return fields;
  }
}
