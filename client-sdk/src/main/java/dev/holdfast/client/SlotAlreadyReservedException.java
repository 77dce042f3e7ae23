package dev.holdfast.client;

/** The slot has a reservation already, made by another operation than this one. */
public final class SlotAlreadyReservedException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  SlotAlreadyReservedException(Facts facts) {
    super(facts);
  }

  /** {@return the generation of that reservation, or -1 where the server did not say} */
  public long currentGeneration() {
    return number("current_generation");
  }

  /** {@return how many bytes it has, or -1 where the server did not say} */
  public long amountBytes() {
    return number("amount_bytes");
  }

  /** {@return how far it has come} */
  public ReservationState state() {
    return ProtoMapper.reservationState(metadata().getOrDefault("state", ""));
  }
}
