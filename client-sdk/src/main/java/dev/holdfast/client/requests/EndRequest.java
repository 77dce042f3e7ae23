package dev.holdfast.client.requests;

import dev.holdfast.client.internal.ids.OperationIds;
import dev.holdfast.client.model.Slot;
import java.util.Objects;

/**
 * Releases all slots of a storage request in one repository, filled or not, in one transaction (of
 * 200,000 slots at the most; of a larger request in several). It does not close the request: a
 * reserve that commits later is granted.
 *
 * @param repositoryId which repository; empty means {@code default}
 * @param requestId the storage request, spelled as in {@link Slot}
 * @param operationId the name of this change to the request: 1–64 characters of printable ASCII
 */
public record EndRequest(String repositoryId, String requestId, String operationId)
    implements Operation {
  /** Refuses {@code null} and an empty operation id. */
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
   * @param repositoryId which repository
   * @return a copy
   */
  public EndRequest withRepositoryId(String repositoryId) {
    return new EndRequest(repositoryId, requestId, operationId);
  }

  /**
   * Returns the same change under an id of the caller's.
   *
   * @param operationId 1–64 characters of printable ASCII
   * @return a copy
   */
  public EndRequest withOperationId(String operationId) {
    return new EndRequest(repositoryId, requestId, operationId);
  }
}
