package dev.holdfast.server.ledger.rules;

/**
 * A reason why a slot was not sold.
 *
 * @param offerId the declining offer; empty for a reason without an offer
 * @param reason the reason
 * @param detail the reason with its numbers, for a person
 */
public record Decline(String offerId, Reason reason, String detail) {
  /** The reasons, named as in the contract. An offer reports the first reason that applies. */
  public enum Reason {
    DISABLED,
    SLOT_TOO_LARGE,
    SLOT_TOO_SMALL,
    DURATION_TOO_LONG,
    PRICE_TOO_LOW,
    COLLATERAL_TOO_HIGH,
    OFFER_ENDS_TOO_EARLY,
    OFFER_SOLD_OUT,
    INSUFFICIENT_STORAGE,
    REQUEST_ENDED,
    NO_OFFERS,
    NO_FREE_SLOT
  }
}
