package dev.holdfast.client.errors;

import java.util.Map;

/** The key of the datastore has another version than the one that was expected. */
public final class VersionMismatchException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception of facts that a server sent, as the SDK does.
   *
   * @param facts the facts; a number that they lack is -1 in this exception
   */
  public VersionMismatchException(Facts facts) {
    super(facts);
  }

  /**
   * Makes one for a test of code that handles it.
   *
   * @param expectedVersion the version that was expected
   * @param currentVersion the version that the key has; 0 where there is no such key
   * @return the exception, not thrown
   */
  public static VersionMismatchException of(long expectedVersion, long currentVersion) {
    return new VersionMismatchException(
        Facts.of(
            ErrorReason.VERSION_MISMATCH,
            Map.of(
                "expected_version",
                Long.toString(expectedVersion),
                "current_version",
                Long.toString(currentVersion))));
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
