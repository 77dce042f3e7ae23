package dev.holdfast.it;

import static dev.holdfast.it.Findings.Kind.DOUBLE_RELEASE;
import static dev.holdfast.it.Findings.Kind.INCONSISTENT;
import static dev.holdfast.it.Findings.Kind.MISSED;
import static dev.holdfast.it.Findings.Kind.OVERSOLD;

import dev.holdfast.client.EventListener;
import dev.holdfast.client.EventSubscription;
import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.WatchEvents;
import java.util.HashMap;
import java.util.Map;

/**
 * Watches a repository through one server from its first revision, and keeps its own books from the
 * events alone: every revision must come once and in order, and no event may release twice or
 * reserve more than there is.
 */
final class CheckedWatcher implements EventListener, AutoCloseable {
  private final String name;
  private final Findings findings;
  private final HoldfastClient client;
  private final EventSubscription subscription;
  private final Map<Slot, Reservation> held = new HashMap<>();
  private long capacityBytes;
  private long heldBytes;
  private long unassignedBytes;
  private long hash;
  private volatile long seen;

  CheckedWatcher(String name, String target, String repositoryId, Findings findings) {
    this.name = name;
    this.findings = findings;
    client = HoldfastClient.builder(target).build();
    subscription =
        client
            .reservations()
            .watchEvents(WatchEvents.after(0).withRepositoryId(repositoryId), this);
  }

  /** Returns the newest revision that was received. */
  long seen() {
    return seen;
  }

  /** Returns a hash of all events up to {@link #seen}, for a watcher that receives nothing now. */
  long hash() {
    return hash;
  }

  @Override
  public void onEvent(Event event) {
    findings.require(
        event.revision() == seen + 1, MISSED, name + " received " + event + " after " + seen);
    if (event instanceof Event.Reserved reserved) {
      Reservation made = reserved.reservation();
      findings.require(
          held.put(made.slot(), made) == null, DOUBLE_RELEASE, name + ": held twice: " + event);
      heldBytes += made.amountBytes();
    } else if (event instanceof Event.Released released) {
      Reservation gone = held.remove(released.reservation().slot());
      findings.require(
          gone != null
              && gone.generation() == released.reservation().generation()
              && gone.amountBytes() == released.reservation().amountBytes(),
          DOUBLE_RELEASE,
          name + " knows " + gone + " of " + event);
      heldBytes -= released.reservation().amountBytes();
    } else if (event instanceof Event.CapacityChanged changed) {
      capacityBytes = changed.capacityBytes();
    } else if (event instanceof Event.UnassignedChanged changed) {
      unassignedBytes = changed.unassignedBytes();
    }
    long availableBytes = capacityBytes - heldBytes - unassignedBytes;
    findings.require(availableBytes >= 0, OVERSOLD, name + ": " + availableBytes + ": " + event);
    findings.require(
        availableBytes == event.availableBytes(),
        INCONSISTENT,
        name + " has " + availableBytes + " bytes after " + event);
    hash = 31 * hash + event.hashCode();
    seen = event.revision();
  }

  @Override
  public void onError(Throwable error) {
    findings.add(MISSED, name + " was ended: " + error);
  }

  @Override
  public void close() {
    subscription.close();
    client.close();
  }
}
