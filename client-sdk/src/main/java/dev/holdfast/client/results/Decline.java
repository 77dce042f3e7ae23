package dev.holdfast.client.results;

import java.util.Objects;

/**
 * A reason of an offer, or of the repository, why a slot was not sold.
 *
 * @param offerId the offer that declined; empty for {@link DeclineReason#REQUEST_ENDED}, {@link
 *     DeclineReason#NO_OFFERS} and {@link DeclineReason#NO_FREE_SLOT}
 * @param reason the first reason that applies, in the order of {@link DeclineReason}
 * @param detail the same with its numbers, for a person; decide by the reason
 */
public record Decline(String offerId, DeclineReason reason, String detail) {
  /** Rejects {@code null}. */
  public Decline {
    Objects.requireNonNull(offerId, "offerId");
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(detail, "detail");
  }
}
