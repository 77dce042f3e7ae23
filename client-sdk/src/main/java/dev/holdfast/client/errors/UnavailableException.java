package dev.holdfast.client.errors;

import java.util.Map;

/**
 * The server was unreachable, did not answer a read in time, or is overloaded, shutting down or
 * without its store. <b>Nothing was changed</b>, and the retries are used up: try again later.
 */
public final class UnavailableException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception from the facts that a server sent.
   *
   * @param facts the facts
   */
  public UnavailableException(Facts facts) {
    super(facts);
  }

  /**
   * Makes an exception for a test of code that handles it.
   *
   * @param reason {@link ErrorReason#OVERLOADED}, {@link ErrorReason#DRAINING}, {@link
   *     ErrorReason#STORE_UNAVAILABLE}, or {@link ErrorReason#NONE} if the server was unreachable
   * @return the exception, not thrown
   * @throws IllegalArgumentException if it is another reason
   */
  public static UnavailableException of(ErrorReason reason) {
    return switch (reason) {
      case OVERLOADED, DRAINING, NONE -> new UnavailableException(Facts.of(reason, Map.of()));
      case STORE_UNAVAILABLE ->
          new UnavailableException(Facts.of(reason, Map.of("outcome", "not_applied")));
      default -> throw new IllegalArgumentException("%s is no reason of this".formatted(reason));
    };
  }
}
