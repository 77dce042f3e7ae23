package dev.holdfast.example.marketplace;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A storage request, from the block in which it was posted until it ends, and the hosts of its
 * slots over time.
 */
final class Listing {
  /** Slots can be filled while it is open, and lost ones again once it has started. */
  enum State {
    OPEN,
    STARTED,
    FINISHED,
    FAILED,
    CANCELLED,
    EXPIRED;

    boolean active() {
      return this == OPEN || this == STARTED;
    }

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A slot that a host holds, from a block until before another block. */
  private record Holding(int slotIndex, String host, long fromBlock, long toBlock) {
    boolean at(long block) {
      return fromBlock <= block && block < toBlock;
    }
  }

  private static final long OPEN_END = Long.MAX_VALUE;

  private final String id;
  private final Terms terms;
  private final List<Holding> holdings = new ArrayList<>();
  private State state = State.OPEN;
  private long startedBlock = OPEN_END;
  private long endedBlock = OPEN_END;

  Listing(String id, Terms terms) {
    this.id = id;
    this.terms = terms;
  }

  String id() {
    return id;
  }

  State state() {
    return state;
  }

  /**
   * Returns whether it ends now: not all of its slots were filled in time, or its duration is over.
   */
  boolean isDue(long block) {
    return block
        >= (state == State.OPEN ? terms.expiryBlock() : startedBlock + terms.durationBlocks());
  }

  Optional<String> hostOf(int slotIndex) {
    return held(OPEN_END - 1).filter(h -> h.slotIndex == slotIndex).map(Holding::host).findAny();
  }

  boolean hasSlot(int slotIndex) {
    return slotIndex >= 0 && slotIndex < terms.slotCount();
  }

  List<Integer> freeSlots() {
    return IntStream.range(0, terms.slotCount())
        .filter(slotIndex -> hostOf(slotIndex).isEmpty())
        .boxed()
        .toList();
  }

  List<Integer> heldSlots() {
    return held(OPEN_END - 1).map(Holding::slotIndex).toList();
  }

  Stream<HeldSlot> heldBy(String host, long block) {
    return held(block)
        .filter(holding -> holding.host.equals(host))
        .map(holding -> new HeldSlot(id, holding.slotIndex, terms.slotSizeBytes()));
  }

  private Stream<Holding> held(long block) {
    return holdings.stream().filter(holding -> holding.at(block));
  }

  void fill(int slotIndex, String host, long block) {
    holdings.add(new Holding(slotIndex, host, block, OPEN_END));
    if (state == State.OPEN && freeSlots().isEmpty()) {
      state = State.STARTED;
      startedBlock = block;
    }
  }

  void free(int slotIndex, long block) {
    holdings.replaceAll(
        holding ->
            holding.toBlock == OPEN_END && holding.slotIndex == slotIndex
                ? new Holding(slotIndex, holding.host, holding.fromBlock, block)
                : holding);
  }

  void end(State outcome, long block) {
    heldSlots().forEach(slotIndex -> free(slotIndex, block));
    state = outcome;
    endedBlock = block;
  }

  private State stateAt(long block) {
    return block >= endedBlock ? state : block >= startedBlock ? State.STARTED : State.OPEN;
  }

  /** Returns its terms and its state as of a block, and a line for every taken slot. */
  List<String> lines(long block) {
    List<String> lines = new ArrayList<>();
    lines.add("request_id=%s state=%s %s".formatted(id, stateAt(block).label(), terms));
    held(block).forEach(h -> lines.add("slot_index=%d host=%s".formatted(h.slotIndex, h.host)));
    return lines;
  }
}
