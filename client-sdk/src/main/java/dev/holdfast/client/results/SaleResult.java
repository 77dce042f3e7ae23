package dev.holdfast.client.results;

import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.requests.SellSlot;
import java.util.List;
import java.util.Objects;

/** The outcome of a {@link SellSlot}. Not selling is a result, not an error. */
public sealed interface SaleResult {
  /** {@return the number of bytes of the repository that can be reserved after this} */
  long availableBytes();

  /**
   * A slot was sold, and its space is reserved.
   *
   * @param reservation the reservation of the slot that was chosen
   * @param offerId the offer under which it was sold
   * @param availableBytes the number of bytes of the repository that can be reserved after this
   */
  record Sold(Reservation reservation, String offerId, long availableBytes) implements SaleResult {
    /** Rejects {@code null}. */
    public Sold {
      Objects.requireNonNull(reservation, "reservation");
      Objects.requireNonNull(offerId, "offerId");
    }
  }

  /**
   * No slot was sold, and nothing was changed.
   *
   * @param declines the reasons: one of each offer, by offer id, then those of the repository. If
   *     the answer would exceed 4 MiB, the last offers are left out
   * @param availableBytes the number of bytes of the repository that can be reserved
   */
  record Declined(List<Decline> declines, long availableBytes) implements SaleResult {
    /** Copies the list. */
    public Declined {
      declines = List.copyOf(declines);
    }
  }
}
