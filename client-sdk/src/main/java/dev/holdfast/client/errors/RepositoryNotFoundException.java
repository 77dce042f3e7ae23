package dev.holdfast.client.errors;

import java.util.Map;

/** There is no repository with this id. */
public final class RepositoryNotFoundException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception from the facts that a server sent.
   *
   * @param facts the facts
   */
  public RepositoryNotFoundException(Facts facts) {
    super(facts);
  }

  /**
   * Makes an exception for a test of code that handles it.
   *
   * @param repositoryId the id that no repository has
   * @return the exception, not thrown
   */
  public static RepositoryNotFoundException of(String repositoryId) {
    return new RepositoryNotFoundException(
        Facts.of(ErrorReason.REPOSITORY_NOT_FOUND, Map.of("repository_id", repositoryId)));
  }
}
