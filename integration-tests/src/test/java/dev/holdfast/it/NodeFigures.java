package dev.holdfast.it;

import dev.holdfast.example.marketplace.Event;
import dev.holdfast.example.marketplace.HeldSlot;
import dev.holdfast.example.marketplace.Marketplace;
import java.util.ArrayList;
import java.util.List;

/** Collects the figures of a campaign. */
final class NodeFigures {
  private record Downtime(long fromBlock, long toBlock) {
    boolean contains(long block) {
      return fromBlock < block && block <= toBlock;
    }
  }

  private final Marketplace marketplace;
  private final String host;
  private final List<Downtime> downtimes = new ArrayList<>();
  private int nodeKills;
  private int serverKills;

  NodeFigures(Marketplace marketplace, String host) {
    this.marketplace = marketplace;
    this.host = host;
  }

  void killedNode() {
    nodeKills++;
  }

  void killedServer() {
    serverKills++;
  }

  /** Says that the node did not run after the one block and up to the other. */
  void wasDown(long fromBlock, long toBlock) {
    downtimes.add(new Downtime(fromBlock, toBlock));
  }

  /** The last line of a campaign. */
  String line(NodeLedger ledger) {
    List<HeldSlot> held = marketplace.heldBy(host, marketplace.head());
    return "node campaign: kills=%d server_kills=%d blocks=%d requests=%d filled=%d lost=%d"
            .formatted(
                nodeKills,
                serverKills,
                marketplace.head(),
                marketplace.events().stream().filter(e -> e.kind().equals("requested")).count(),
                count("filled"),
                count("freed"))
        + " over_while_down=%d %s held_slots=%d held_bytes=%d available_bytes=%d"
            .formatted(
                overWhileDown(),
                ledger.story(),
                held.size(),
                held.stream().mapToLong(HeldSlot::slotSizeBytes).sum(),
                ledger.availableBytes());
  }

  private long count(String kind) {
    return marketplace.events().stream().filter(event -> isOfHost(event, kind)).count();
  }

  private boolean isOfHost(Event event, String kind) {
    return event.kind().equals(kind) && event.facts().endsWith("host=" + host);
  }

  /** How many slots were lost, or their requests ended, while the node could not see it. */
  private long overWhileDown() {
    return downtimes.stream()
        .mapToLong(
            down ->
                marketplace.events().stream()
                    .filter(event -> down.contains(event.block()))
                    .mapToLong(this::slotsTakenBy)
                    .sum())
        .sum();
  }

  private long slotsTakenBy(Event event) {
    return switch (event.kind()) {
      case "freed" -> isOfHost(event, "freed") ? 1 : 0;
      case "ended" ->
          marketplace.heldBy(host, event.block() - 1).stream()
              .filter(slot -> slot.requestId().equals(event.requestId()))
              .count();
      default -> 0;
    };
  }
}
