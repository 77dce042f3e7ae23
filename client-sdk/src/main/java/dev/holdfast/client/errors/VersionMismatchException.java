package dev.holdfast.client.errors;

import java.util.Map;

/** The key of the datastore does not have the expected version. */
public final class VersionMismatchException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception from the facts that a server sent.
   *
   * @param facts the facts; a missing number is -1 in this exception
   */
  public VersionMismatchException(Facts facts) {
    super(facts);
  }

  /**
   * Makes an exception for a test of code that handles it.
   *
   * @param expectedVersion the expected version
   * @param currentVersion the version that the key has; 0 if there is no such key
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

  /** {@return the expected version, or -1 if the server did not send it} */
  public long expectedVersion() {
    return number("expected_version");
  }

  /**
   * {@return the version that the key has; 0 if there is no such key, -1 if the server did not send
   * it}
   */
  public long currentVersion() {
    return number("current_version");
  }
}
