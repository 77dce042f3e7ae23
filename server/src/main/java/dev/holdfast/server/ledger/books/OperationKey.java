package dev.holdfast.server.ledger.books;

import java.util.Comparator;

/**
 * The scope and the id of an operation that does not belong to a slot. Comparable, like {@link
 * Slot}, so that a hash map can search keys with equal hashes as a tree.
 *
 * @param requestId the request; empty for the unassigned bytes of the repository
 * @param operationId the id
 */
public record OperationKey(String requestId, String operationId)
    implements Comparable<OperationKey> {
  private static final Comparator<OperationKey> ORDER =
      Comparator.comparing(OperationKey::requestId).thenComparing(OperationKey::operationId);

  @Override
  public int compareTo(OperationKey other) {
    return ORDER.compare(this, other);
  }
}
