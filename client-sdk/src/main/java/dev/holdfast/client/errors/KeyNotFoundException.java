package dev.holdfast.client.errors;

import java.util.Map;

/** The datastore of the repository has no such key. */
public final class KeyNotFoundException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception from the facts that a server sent.
   *
   * @param facts the facts
   */
  public KeyNotFoundException(Facts facts) {
    super(facts);
  }

  /**
   * Makes an exception for a test of code that handles it.
   *
   * @param repositoryId the repository
   * @param key the key that it does not hold
   * @return the exception, not thrown
   */
  public static KeyNotFoundException of(String repositoryId, String key) {
    return new KeyNotFoundException(
        Facts.of(ErrorReason.KEY_NOT_FOUND, Map.of("repository_id", repositoryId, "key", key)));
  }
}
