package dev.holdfast.server.ledger.books;

import java.util.HashSet;
import java.util.Set;

/** What a batch needs to see of one repository: asked for as a set, before anything is decided. */
public final class Touched {
  private final String repositoryId;
  private final Set<Slot> slots = new HashSet<>();
  private final Set<String> requestIds = new HashSet<>();
  private final Set<String> offerIds = new HashSet<>();
  private boolean allOffers;
  private final Set<OperationKey> operations = new HashSet<>();
  private final Set<String> keys = new HashSet<>();
  private boolean keyCountAsked;

  /** Nothing yet but the repository itself. */
  public Touched(String repositoryId) {
    this.repositoryId = repositoryId;
  }

  /** Asks for the slot's reservation and history. */
  public void slot(Slot slot) {
    slots.add(slot);
  }

  /** Asks for all reservations that the request has. */
  public void request(String requestId) {
    requestIds.add(requestId);
  }

  /** Asks for an offer, and how much is sold under it, also where it was deleted. */
  public void offer(String offerId) {
    offerIds.add(offerId);
  }

  /** Asks for all offers, likewise. */
  public void offers() {
    allOffers = true;
  }

  /** Asks for a remembered operation; an empty id asks for nothing. */
  public void operation(OperationKey key) {
    if (!key.operationId().isEmpty()) {
      operations.add(key);
    }
  }

  /** Asks for the version of a key of the datastore. */
  public void key(String key) {
    keys.add(key);
  }

  /** Asks for the number of keys in the datastore. */
  public void keyCount() {
    keyCountAsked = true;
  }

  public String repositoryId() {
    return repositoryId;
  }

  public Set<Slot> slots() {
    return slots;
  }

  public Set<String> requestIds() {
    return requestIds;
  }

  public Set<String> offerIds() {
    return offerIds;
  }

  public boolean allOffers() {
    return allOffers;
  }

  public Set<OperationKey> operations() {
    return operations;
  }

  public Set<String> keys() {
    return keys;
  }

  public boolean keyCountAsked() {
    return keyCountAsked;
  }
}
