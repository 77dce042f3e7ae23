package dev.holdfast.client.errors;

import java.util.Map;

/** A repository of this id exists already. */
public final class RepositoryAlreadyExistsException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception of facts that a server sent, as the SDK does.
   *
   * @param facts the facts; a number that they lack is -1 in this exception
   */
  public RepositoryAlreadyExistsException(Facts facts) {
    super(facts);
  }

  /**
   * Makes one for a test of code that handles it.
   *
   * @param repositoryId the repository
   * @param capacityBytes how many bytes may be reserved in it
   * @return the exception, not thrown
   */
  public static RepositoryAlreadyExistsException of(String repositoryId, long capacityBytes) {
    return new RepositoryAlreadyExistsException(
        Facts.of(
            ErrorReason.REPOSITORY_ALREADY_EXISTS,
            Map.of("repository_id", repositoryId, "capacity_bytes", Long.toString(capacityBytes))));
  }

  /** {@return the capacity that it has in bytes, or -1 where the server did not say} */
  public long capacityBytes() {
    return number("capacity_bytes");
  }
}
