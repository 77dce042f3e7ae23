package dev.holdfast.client;

/**
 * The server could not be reached, did not answer a read in time, or is too busy, shutting down or
 * without its store. <b>Nothing was changed</b>, and the retries are used up: try again later.
 */
public final class UnavailableException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  UnavailableException(Facts facts) {
    super(facts);
  }
}
