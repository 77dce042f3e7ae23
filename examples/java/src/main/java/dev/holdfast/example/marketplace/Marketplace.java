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
 * The chain: blocks, and what buyers and hosts have in them. What a block says never changes. A
 * proof that is accepted makes a block of its own; all else happens when a block is {@link #mine
 * mined}.
 */
public final class Marketplace {
  /** How much time of the simulated world passes between two blocks. */
  public static final int BLOCK_SECONDS = 600;

  /** How many of them a month has. */
  public static final long MONTH_BLOCKS = 30L * 24 * 3600 / BLOCK_SECONDS;

  /** One request in so many is posted in a way that nobody can download it. */
  private static final int UNAVAILABLE = 12;

  /** How many blocks the feed of events goes back: four hours. */
  private static final long FEED_BLOCKS = 4 * 3600 / BLOCK_SECONDS;

  private static final Duration LONGEST_WAIT = Duration.ofMillis(200);

  private final Map<String, Listing> listings = new LinkedHashMap<>();
  private final List<Event> events = new ArrayList<>();
  private final Fate fate;
  private long head;
  private long minedOnDemandUpTo;

  /** A marketplace without requests, at block 0; the seed decides what happens on it. */
  public Marketplace(long seed) {
    fate = new Fate(new Random(seed));
  }

  /** From now on whoever asks for the block after the last one gets it mined, up to this one. */
  public synchronized void mineOnDemandUpTo(long block) {
    minedOnDemandUpTo = block;
  }

  /** Adds a block with whatever buyers and other hosts do in it. */
  public synchronized void mine() {
    nextBlock();
    fate.happen(this);
  }

  private void nextBlock() {
    head++;
    notifyAll();
  }

  /** The number of the last block. */
  public synchronized long head() {
    return head;
  }

  /**
   * What came after a block, as soon as there is a next one; after a while, that there is none.
   * What is older than a few hours is left out: whoever was away for longer has missed it.
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

  /** All that ever happened. */
  public synchronized List<Event> events() {
    return List.copyOf(events);
  }

  /** The slots that a host had to keep as of a block. */
  public synchronized List<HeldSlot> heldBy(String host, long block) {
    return listings.values().stream().flatMap(listing -> listing.heldBy(host, block)).toList();
  }

  /** A request as of a block: a line with its terms and state, and one for each taken slot. */
  public synchronized List<String> request(String id, long block) {
    return listing(id).lines(block);
  }

  /** What the buyer wants to be kept in a slot; fails where the buyer does not give it out. */
  public synchronized String content(String requestId, int slotIndex) {
    Listing listing = listing(requestId);
    if (listing.id().hashCode() % UNAVAILABLE == 0) {
      throw new IllegalStateException("the buyer does not answer");
    }
    return "slot %d of %s".formatted(slotIndex, listing.id());
  }

  /**
   * Fills a slot for a host, if the proof is right and the slot is free; for the host that holds it
   * already it is filled as well.
   *
   * @param proof SHA-256 in hex of the slot's content, a blank, and the name of the host
   * @return whether the host holds the slot
   */
  public synchronized boolean submit(String host, String requestId, int slotIndex, String proof) {
    Listing listing = listing(requestId);
    if (!listing.state().living() || !listing.hasSlot(slotIndex)) {
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
    events.add(new Event(head, "ended", listing.id(), "outcome=" + outcome.word()));
  }

  List<Listing> living() {
    return listings.values().stream().filter(listing -> listing.state().living()).toList();
  }
}
