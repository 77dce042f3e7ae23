package dev.holdfast.client.results;

import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.requests.Apply;
import dev.holdfast.client.requests.FillSlot;
import dev.holdfast.client.requests.RenewLease;
import java.util.Objects;

/** The outcome of one operation of an {@link Apply}: its answer, or its error. */
public sealed interface OperationResult
    permits SlotReserved,
        OperationResult.LeaseRenewed,
        OperationResult.SlotFilled,
        SlotReleased,
        RequestEnded,
        OperationResult.Failed {

  /**
   * The answer to a {@link RenewLease}.
   *
   * @param reservation the reservation with its new end of the lease
   */
  record LeaseRenewed(Reservation reservation) implements OperationResult {
    /** Rejects {@code null}. */
    public LeaseRenewed {
      Objects.requireNonNull(reservation, "reservation");
    }
  }

  /**
   * The answer to a {@link FillSlot}.
   *
   * @param reservation the reservation, filled
   */
  record SlotFilled(Reservation reservation) implements OperationResult {
    /** Rejects {@code null}. */
    public SlotFilled {
      Objects.requireNonNull(reservation, "reservation");
    }
  }

  /**
   * The error of any operation.
   *
   * @param exception the exception that the single call would throw
   */
  record Failed(HoldfastException exception) implements OperationResult {
    /** Rejects {@code null}. */
    public Failed {
      Objects.requireNonNull(exception, "exception");
    }
  }
}
