package dev.holdfast.client;

/** The key of the datastore has another version than the one that was expected. */
public final class VersionMismatchException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  VersionMismatchException(Facts facts) {
    super(facts);
  }

  /** {@return the version that was expected, or -1 where the server did not say} */
  public long expectedVersion() {
    return number("expected_version");
  }

  /**
   * {@return the version that the key has; 0 where there is no such key, -1 where the server did
   * not say}
   */
  public long currentVersion() {
    return number("current_version");
  }
}
