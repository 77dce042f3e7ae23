package dev.holdfast.server.ledger.rules;

/**
 * Why a slot was not sold.
 *
 * @param offerId the offer that declined; empty where it was none
 * @param reason why, in a word
 * @param detail why, for a person, with the numbers
 */
public record Decline(String offerId, Reason reason, String detail) {
  /** The reasons, named as in the contract; of an offer, the first that applies is told. */
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
