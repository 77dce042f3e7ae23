package dev.holdfast.client.results;

import dev.holdfast.client.model.Offer;

/** The reason why an offer, or the repository, did not sell a slot. */
public enum DeclineReason {
  /** The offer is not enabled. */
  DISABLED,
  /** The slot is larger than {@link Offer#maxSlotBytes}. */
  SLOT_TOO_LARGE,
  /** The slot is smaller than {@link Offer#minSlotBytes}. */
  SLOT_TOO_SMALL,
  /** The duration is longer than {@link Offer#maxDuration}. */
  DURATION_TOO_LONG,
  /** The price is lower than {@link Offer#minPricePerBytePerSecond}. */
  PRICE_TOO_LOW,
  /** The collateral is higher than {@link Offer#maxCollateralPerByte}. */
  COLLATERAL_TOO_HIGH,
  /** The request ends after {@link Offer#until}. */
  OFFER_ENDS_TOO_EARLY,
  /**
   * The slot does not fit into the remaining bytes of the offer: {@code totalBytes - soldBytes}.
   */
  OFFER_SOLD_OUT,
  /** The slot does not fit into the available bytes of the repository. */
  INSUFFICIENT_STORAGE,
  /** The request has ended: its end time is not after now. */
  REQUEST_ENDED,
  /** The repository has no offers. */
  NO_OFFERS,
  /** Every slot of the request is excluded, or has a reservation in this repository. */
  NO_FREE_SLOT,
  /** A reason that this version of the SDK does not know. */
  UNRECOGNIZED
}
