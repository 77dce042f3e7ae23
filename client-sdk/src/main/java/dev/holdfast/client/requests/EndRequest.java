package dev.holdfast.client.requests;

import dev.holdfast.client.internal.ids.OperationIds;
import dev.holdfast.client.model.Slot;
import java.util.Objects;

/**
 * Releases all slots of a storage request in one repository, filled or not, in one transaction (of
 * at most 200,000 slots; a larger request takes several). It does not close the request: a reserve
 * that commits later is granted.
 *
 * @param repositoryId the repository; empty means {@code default}
 * @param requestId the storage request, spelled as in {@link Slot}
 * @param operationId the id of this change to the request: 1–64 characters of printable ASCII
 */
public record EndRequest(String repositoryId, String requestId, String operationId)
    implements Operation {
  /** Rejects {@code null} and an empty operation id. */
  public EndRequest {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(requestId, "requestId");
    OperationIds.require(operationId);
  }

  /**
   * Ends a request in the repository {@code default}, under a new operation id.
   *
   * @param requestId the storage request
   * @return the change, not yet sent
   */
  public static EndRequest of(String requestId) {
    return new EndRequest("", requestId, OperationIds.next());
  }

  /**
   * Returns the same change in another repository.
   *
   * @param repositoryId the repository
   * @return a copy
   */
  public EndRequest withRepositoryId(String repositoryId) {
    return new EndRequest(repositoryId, requestId, operationId);
  }

  /**
   * Returns the same change with an operation id of the caller.
   *
   * @param operationId 1–64 characters of printable ASCII
   * @return a copy
   */
  public EndRequest withOperationId(String operationId) {
    return new EndRequest(repositoryId, requestId, operationId);
  }
}
