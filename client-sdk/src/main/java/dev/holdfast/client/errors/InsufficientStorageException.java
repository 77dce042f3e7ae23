package dev.holdfast.client.errors;

import java.util.Map;

/** Fewer bytes are available than were requested. Nothing was reserved. */
public final class InsufficientStorageException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception from the facts that a server sent.
   *
   * @param facts the facts; a missing number is -1 in this exception
   */
  public InsufficientStorageException(Facts facts) {
    super(facts);
  }

  /**
   * Makes an exception for a test of code that handles it.
   *
   * @param requestedBytes the number of requested bytes
   * @param availableBytes the number of available bytes
   * @return the exception, not thrown
   */
  public static InsufficientStorageException of(long requestedBytes, long availableBytes) {
    return new InsufficientStorageException(
        Facts.of(
            ErrorReason.INSUFFICIENT_STORAGE,
            Map.of(
                "requested_bytes",
                Long.toString(requestedBytes),
                "available_bytes",
                Long.toString(availableBytes))));
  }

  /** {@return the number of requested bytes, or -1 if the server did not send it} */
  public long requestedBytes() {
    return number("requested_bytes");
  }

  /** {@return the number of available bytes, or -1 if the server did not send it} */
  public long availableBytes() {
    return number("available_bytes");
  }
}
