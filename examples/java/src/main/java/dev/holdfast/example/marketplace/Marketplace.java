package dev.holdfast.example.marketplace;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.example.marketplace.Listing.State;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;

/**
 * The chain: blocks with the actions of buyers and hosts. The state as of a block never changes. An
 * accepted proof makes a block of its own; everything else happens when a block is {@link #mine
 * mined}.
 */
public final class Marketplace {
  /** The simulated time between two blocks. */
  public static final int BLOCK_SECONDS = 600;

  /** The number of blocks in a month. */
  public static final long MONTH_BLOCKS = 30L * 24 * 3600 / BLOCK_SECONDS;

  /** One of this number of requests cannot be downloaded by anybody. */
  private static final int UNAVAILABLE = 12;

  /** The number of blocks that the feed of events goes back: four hours. */
  private static final long FEED_BLOCKS = 4 * 3600 / BLOCK_SECONDS;

  private static final Duration LONGEST_WAIT = Duration.ofMillis(200);

  private final Map<String, Listing> listings = new LinkedHashMap<>();
  private final List<Event> events = new ArrayList<>();
  private final RandomActivity activity;
  private long head;
  private long minedOnDemandUpTo;

  /** Makes a marketplace without requests, at block 0; the seed determines its events. */
  public Marketplace(long seed) {
    activity = new RandomActivity(new Random(seed));
  }

  /** From now on a request for the block after the last one mines it, up to this block. */
  public synchronized void mineOnDemandUpTo(long block) {
    minedOnDemandUpTo = block;
  }

  /** Adds a block with actions of buyers and other hosts. */
  public synchronized void mine() {
    nextBlock();
    activity.simulateBlock(this);
  }

  private void nextBlock() {
    head++;
    notifyAll();
  }

  /** Returns the number of the last block. */
  public synchronized long head() {
    return head;
  }

  /**
   * Returns the events after a block. Waits for the next block, and returns no events if there is
   * none after a while. Events older than four hours are left out: a node that was away for longer
   * misses them.
   */
  public synchronized Feed eventsAfter(long block) throws InterruptedException {
    if (block >= head && head < minedOnDemandUpTo) {
      mine();
    }
    long end = System.nanoTime() + LONGEST_WAIT.toNanos();
    for (long left = LONGEST_WAIT.toMillis(); block >= head && left > 0; ) {
      wait(left);
      left = Duration.ofNanos(end - System.nanoTime()).toMillis();
    }
    long after = Math.max(block, head - FEED_BLOCKS);
    return new Feed(head, events.stream().filter(event -> event.block() > after).toList());
  }

  /** Returns all events since block 0. */
  public synchronized List<Event> events() {
    return List.copyOf(events);
  }

  /** Returns the slots that a host had to keep as of a block. */
  public synchronized List<HeldSlot> heldBy(String host, long block) {
    return listings.values().stream().flatMap(listing -> listing.heldBy(host, block)).toList();
  }

  /** Returns a request as of a block: a line with its terms and state, and one per taken slot. */
  public synchronized List<String> request(String id, long block) {
    return listing(id).lines(block);
  }

  /** Returns the content of a slot; fails if the buyer does not provide it. */
  public synchronized String content(String requestId, int slotIndex) {
    Listing listing = listing(requestId);
    if (listing.id().hashCode() % UNAVAILABLE == 0) {
      throw new IllegalStateException("the buyer does not answer");
    }
    return "slot %d of %s".formatted(slotIndex, listing.id());
  }

  /**
   * Fills a slot for a host if the proof is right and the slot is free. For the host that already
   * holds the slot it succeeds again.
   *
   * @param proof SHA-256 in hex of the slot's content, a blank, and the name of the host
   * @return whether the host holds the slot
   */
  public synchronized boolean submit(String host, String requestId, int slotIndex, String proof) {
    Listing listing = listing(requestId);
    if (!listing.state().active() || !listing.hasSlot(slotIndex)) {
      return false;
    }
    if (listing.hostOf(slotIndex).isPresent()) {
      return listing.hostOf(slotIndex).get().equals(host);
    }
    if (!proof.equals(proof(content(requestId, slotIndex), host))) {
      return false;
    }
    nextBlock();
    fill(listing, slotIndex, host);
    return true;
  }

  static String proof(String content, String host) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest((content + " " + host).getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private Listing listing(String id) {
    Listing listing = listings.get(id);
    if (listing == null) {
      throw new NoSuchElementException("no request " + id);
    }
    return listing;
  }

  void post(String id, Terms terms) {
    listings.put(id, new Listing(id, terms));
    events.add(new Event(head, "requested", id, terms.toString()));
  }

  void fill(Listing listing, int slotIndex, String host) {
    listing.fill(slotIndex, host, head);
    String facts = "slot_index=%d host=%s".formatted(slotIndex, host);
    events.add(new Event(head, "filled", listing.id(), facts));
  }

  void free(Listing listing, int slotIndex) {
    String host = listing.hostOf(slotIndex).orElseThrow();
    listing.free(slotIndex, head);
    String facts = "slot_index=%d host=%s".formatted(slotIndex, host);
    events.add(new Event(head, "freed", listing.id(), facts));
  }

  void end(Listing listing, State outcome) {
    listing.end(outcome, head);
    events.add(new Event(head, "ended", listing.id(), "outcome=" + outcome.label()));
  }

  List<Listing> active() {
    return listings.values().stream().filter(listing -> listing.state().active()).toList();
  }
}
