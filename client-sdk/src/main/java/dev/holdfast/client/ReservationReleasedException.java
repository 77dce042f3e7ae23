package dev.holdfast.client;

/**
 * A reserve was sent again, and what it had reserved has been released since. OK would mean "you
 * hold this space", which is no longer so. To reserve anew, make a new {@link ReserveSlot}.
 */
public final class ReservationReleasedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  ReservationReleasedException(Facts facts) {
    super(facts);
  }

  /** {@return the generation of the reservation, or -1 where the server did not say} */
  public long generation() {
    return number("generation");
  }

  /** {@return how many bytes it had, or -1 where the server did not say} */
  public long amountBytes() {
    return number("amount_bytes");
  }

  /** {@return why it was released} */
  public ReleaseReason releaseReason() {
    return ProtoMapper.releaseReason(metadata().getOrDefault("reason", ""));
  }
}
