package dev.holdfast.client.results;

import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.requests.ReserveSlot;
import java.util.Objects;

/**
 * The answer to a {@link ReserveSlot}.
 *
 * @param reservation the reservation
 * @param availableBytes the number of bytes of the repository that can be reserved after this
 */
public record SlotReserved(Reservation reservation, long availableBytes)
    implements OperationResult {
  /** Rejects {@code null}. */
  public SlotReserved {
    Objects.requireNonNull(reservation, "reservation");
  }
}
