package dev.holdfast.client.errors;

import java.util.Map;

/** There is no repository of this id. */
public final class RepositoryNotFoundException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception of facts that a server sent, as the SDK does.
   *
   * @param facts the facts
   */
  public RepositoryNotFoundException(Facts facts) {
    super(facts);
  }

  /**
   * Makes one for a test of code that handles it.
   *
   * @param repositoryId the id that no repository has
   * @return the exception, not thrown
   */
  public static RepositoryNotFoundException of(String repositoryId) {
    return new RepositoryNotFoundException(
        Facts.of(ErrorReason.REPOSITORY_NOT_FOUND, Map.of("repository_id", repositoryId)));
  }
}
