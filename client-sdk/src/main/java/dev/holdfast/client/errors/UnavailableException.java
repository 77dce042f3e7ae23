package dev.holdfast.client.errors;

import java.util.Map;

/**
 * The server could not be reached, did not answer a read in time, or is too busy, shutting down or
 * without its store. <b>Nothing was changed</b>, and the retries are used up: try again later.
 */
public final class UnavailableException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception of facts that a server sent, as the SDK does.
   *
   * @param facts the facts
   */
  public UnavailableException(Facts facts) {
    super(facts);
  }

  /**
   * Makes one for a test of code that handles it.
   *
   * @param reason {@link ErrorReason#OVERLOADED}, {@link ErrorReason#DRAINING}, {@link
   *     ErrorReason#STORE_UNAVAILABLE}, or {@link ErrorReason#NONE} where the server was not
   *     reached
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
