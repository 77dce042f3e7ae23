package dev.holdfast.example.marketplace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MarketplaceTest {
  private static final long SEED = Long.getLong("holdfast.seed", new SecureRandom().nextLong());

  static {
    System.out.println("this marketplace is drawn again by -Dholdfast.seed=" + SEED);
  }

  private final Marketplace marketplace = new Marketplace(SEED);

  /** A request that can be downloaded and that nobody has filled a slot of. */
  private Listing open() {
    while (true) {
      marketplace.mine();
      for (Listing listing : marketplace.active()) {
        if (listing.heldSlots().isEmpty() && isAvailable(listing)) {
          return listing;
        }
      }
    }
  }

  private boolean isAvailable(Listing listing) {
    try {
      return !marketplace.content(listing.id(), 0).isEmpty();
    } catch (IllegalStateException e) {
      return false;
    }
  }

  private boolean submit(String host, Listing listing) {
    String content = marketplace.content(listing.id(), 0);
    return marketplace.submit(host, listing.id(), 0, Marketplace.proof(content, host));
  }

  @Test
  void theFirstValidProofFillsASlotAndCanBeHandedInAgain() {
    Listing listing = open();
    long before = marketplace.head();
    assertFalse(marketplace.submit("a", listing.id(), 0, "wrong"));
    assertTrue(submit("a", listing));
    assertFalse(submit("b", listing));
    assertTrue(submit("a", listing));
    assertEquals(before + 1, marketplace.head());
    assertEquals(List.of(), marketplace.heldBy("a", before));
    assertEquals(1, marketplace.heldBy("a", before + 1).size());
  }

  @Test
  void whatABlockSaysNeverChanges() {
    String requestId = open().id();
    Map<Long, List<HeldSlot>> held = new HashMap<>();
    Map<Long, List<String>> said = new HashMap<>();
    while (marketplace.head() < 1000) {
      marketplace.mine();
      held.put(marketplace.head(), marketplace.heldBy("host-3", marketplace.head()));
      said.put(marketplace.head(), marketplace.request(requestId, marketplace.head()));
    }
    held.forEach((block, slots) -> assertEquals(slots, marketplace.heldBy("host-3", block)));
    said.forEach((block, lines) -> assertEquals(lines, marketplace.request(requestId, block)));
  }

  @Test
  void inAMonthRequestsEndInEveryWayAndSlotsAreLost() {
    while (marketplace.head() < Marketplace.MONTH_BLOCKS) {
      marketplace.mine();
    }
    Set<String> outcomes = new TreeSet<>();
    for (Event event : marketplace.events()) {
      outcomes.add(event.kind().equals("ended") ? event.facts() : event.kind());
    }
    assertEquals(
        Set.of(
            "requested",
            "filled",
            "freed",
            "outcome=finished",
            "outcome=failed",
            "outcome=cancelled",
            "outcome=expired"),
        outcomes);
  }

  @Test
  void itAnswersOverHttpInLinesOfWords() throws Exception {
    Listing listing = open();
    AtomicInteger calls = new AtomicInteger();
    try (MarketplaceServer server =
        new MarketplaceServer(marketplace, 0, path -> calls.incrementAndGet())) {
      String head = "block=" + marketplace.head() + "\n";
      assertEquals(head, get(server, "/head"));
      assertTrue(get(server, "/events?after=0").startsWith(head + "block="));
      assertEquals(
          listing.lines(1).get(0) + "\n",
          get(server, "/request?block=1&request_id=" + listing.id()));
      assertEquals("slots=0\n", get(server, "/held?host=host-1&block=1"));
      assertEquals("no request nobody's\n", get(server, "/request?block=1&request_id=nobody's"));
      String slot = "request_id=" + listing.id() + "&slot_index=0";
      String proof = Marketplace.proof(get(server, "/content?" + slot).strip(), "host-1");
      assertEquals("filled=true\n", get(server, "/submit?host=host-1&" + slot + "&proof=" + proof));
      String held = get(server, "/held?host=host-1&block=" + marketplace.head());
      assertTrue(held.startsWith("slots=1\nrequest_id=" + listing.id() + " slot_index=0 "), held);
      assertEquals(8, calls.get());
    }
  }

  @Test
  void whoAsksForTheNextBlockGetsItMined() throws Exception {
    marketplace.mineOnDemandUpTo(2);
    assertEquals(1, marketplace.eventsAfter(0).head());
    assertEquals(2, marketplace.eventsAfter(1).head());
    assertEquals(2, marketplace.eventsAfter(2).head());
  }

  @Test
  void whoWasAwayForLongHasMissedWhatHappened() throws Exception {
    while (marketplace.head() < 100) {
      marketplace.mine();
    }
    List<Event> fed = marketplace.eventsAfter(0).events();
    assertEquals(marketplace.events().stream().filter(e -> e.block() > 76).toList(), fed);
    assertTrue(fed.size() < marketplace.events().size());
  }

  private static String get(MarketplaceServer server, String call)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(server.url() + call)).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }
}
