package dev.holdfast.client;

/** Fewer bytes are available than were asked for. Nothing was reserved. */
public final class InsufficientStorageException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  InsufficientStorageException(Facts facts) {
    super(facts);
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
