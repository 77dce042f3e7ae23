package dev.holdfast.server.ledger.books;

import java.util.Comparator;

/**
 * Where an operation id counts that is not about a slot. Comparable, as {@link Slot} is, so that
 * those of one hash are found in a map without a look at all of them.
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
