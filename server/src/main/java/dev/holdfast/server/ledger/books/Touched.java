package dev.holdfast.server.ledger.books;

import java.util.HashSet;
import java.util.Set;

/** What a batch needs to see of one repository: asked for as a set, before anything is decided. */
public final class Touched {
  private final String repositoryId;
  private final Set<Slot> slots = new HashSet<>();
  private final Set<String> requestIds = new HashSet<>();
  private final Set<OperationKey> operations = new HashSet<>();

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

  /** Asks for a remembered operation; an empty id asks for nothing. */
  public void operation(OperationKey key) {
    if (!key.operationId().isEmpty()) {
      operations.add(key);
    }
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

  public Set<OperationKey> operations() {
    return operations;
  }
}
