package dev.holdfast.client.results;

import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.requests.SellSlot;
import java.util.List;
import java.util.Objects;

/** The outcome of a {@link SellSlot}. Not to sell is an answer, not an error. */
public sealed interface SaleResult {
  /** {@return how many bytes of the repository can be reserved after this} */
  long availableBytes();

  /**
   * A slot was sold, and its space is reserved.
   *
   * @param reservation the reservation of the slot that was chosen
   * @param offerId the offer that it was sold under
   * @param availableBytes how many bytes of the repository can be reserved after this
   */
  record Sold(Reservation reservation, String offerId, long availableBytes) implements SaleResult {
    /** Refuses {@code null}. */
    public Sold {
      Objects.requireNonNull(reservation, "reservation");
      Objects.requireNonNull(offerId, "offerId");
    }
  }

  /**
   * Nothing was sold, and nothing was changed.
   *
   * @param declines why: one of each offer, by offer id, then what is of the repository. Where the
   *     answer would pass 4 MiB, the last offers are left out
   * @param availableBytes how many bytes of the repository can be reserved
   */
  record Declined(List<Decline> declines, long availableBytes) implements SaleResult {
    /** Copies the list. */
    public Declined {
      declines = List.copyOf(declines);
    }
  }
}
