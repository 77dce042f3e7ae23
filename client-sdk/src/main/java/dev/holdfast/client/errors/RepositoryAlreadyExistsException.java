package dev.holdfast.client.errors;

import java.util.Map;

/** A repository with this id exists already. */
public final class RepositoryAlreadyExistsException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception from the facts that a server sent.
   *
   * @param facts the facts; a missing number is -1 in this exception
   */
  public RepositoryAlreadyExistsException(Facts facts) {
    super(facts);
  }

  /**
   * Makes an exception for a test of code that handles it.
   *
   * @param repositoryId the repository
   * @param capacityBytes the number of bytes that may be reserved in it
   * @return the exception, not thrown
   */
  public static RepositoryAlreadyExistsException of(String repositoryId, long capacityBytes) {
    return new RepositoryAlreadyExistsException(
        Facts.of(
            ErrorReason.REPOSITORY_ALREADY_EXISTS,
            Map.of("repository_id", repositoryId, "capacity_bytes", Long.toString(capacityBytes))));
  }

  /** {@return the capacity that it has in bytes, or -1 if the server did not send it} */
  public long capacityBytes() {
    return number("capacity_bytes");
  }
}
