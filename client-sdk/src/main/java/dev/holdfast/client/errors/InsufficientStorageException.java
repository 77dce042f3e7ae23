package dev.holdfast.client.errors;

import java.util.Map;

/** Fewer bytes are available than were asked for. Nothing was reserved. */
public final class InsufficientStorageException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception of facts that a server sent, as the SDK does.
   *
   * @param facts the facts; a number that they lack is -1 in this exception
   */
  public InsufficientStorageException(Facts facts) {
    super(facts);
  }

  /**
   * Makes one for a test of code that handles it.
   *
   * @param requestedBytes how many bytes were asked for
   * @param availableBytes how many bytes were available
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

  /** {@return how many bytes were asked for, or -1 where the server did not say} */
  public long requestedBytes() {
    return number("requested_bytes");
  }

  /** {@return how many bytes were available, or -1 where the server did not say} */
  public long availableBytes() {
    return number("available_bytes");
  }
}
