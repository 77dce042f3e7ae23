package dev.holdfast.client;

import dev.holdfast.client.errors.ErrorReason;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.LeaseLostException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.SaleUnsettledException;
import dev.holdfast.client.errors.SubmissionUnknownException;
import dev.holdfast.client.internal.calls.Transport;
import dev.holdfast.client.internal.sale.Interruptible;
import dev.holdfast.client.internal.sale.LeaseKeeper;
import dev.holdfast.client.internal.sale.OutcomeResolver;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.ReservationState;
import dev.holdfast.client.requests.FillSlot;
import dev.holdfast.client.requests.ReleaseSlot;
import dev.holdfast.client.requests.SellSlot;
import dev.holdfast.client.results.SaleResult;
import dev.holdfast.client.results.SlotReleased;
import io.grpc.Context;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One run of a {@link Sale}. */
final class SaleRun {
  private final Transport transport;
  private final Sales sales;
  private final Reservations reservations;
  private final SellSlot change;
  private final Duration lease;

  /** The caller's values, without its cancellation: a slot that it gives up is released anyway. */
  private final Context context = Context.current().fork();

  private final OutcomeResolver repeat;

  SaleRun(Transport transport, SellSlot change, Duration lease, Duration patience) {
    this.transport = transport;
    this.sales = new RemoteSales(transport);
    this.reservations = new RemoteReservations(transport);
    this.change = change;
    this.lease = lease;
    this.repeat = new OutcomeResolver(transport.background(), context, patience);
  }

  <X extends Exception> SaleResult run(SaleSteps<X> steps) throws X, InterruptedException {
    SaleResult result = sell();
    if (!(result instanceof SaleResult.Sold sold)
        || sold.reservation().state() == ReservationState.FILLED) {
      return result;
    }
    Reservation reservation = sold.reservation();
    Interruptible preparation = new Interruptible();
    LeaseKeeper keeper =
        new LeaseKeeper(transport, context, reservation, lease, preparation::interrupt).begin();
    boolean submitting = false;
    try {
      SaleInProgress sale = new SaleInProgress(reservation, () -> keeper.lost() != null);
      prepare(steps, sale, preparation);
      if (!isFilled(reservation)) {
        throwIfInterrupted();
        submitting = true;
        steps.submit(sale);
      }
    } catch (Throwable e) {
      keeper.stop();
      if (!(submitting && e instanceof SubmissionUnknownException)) {
        giveUp(reservation, keeper.lost(), e);
      }
      throw e;
    }
    try {
      return new SaleResult.Sold(fill(reservation), sold.offerId(), sold.availableBytes());
    } finally {
      keeper.stop();
    }
  }

  private SaleResult sell() {
    try {
      return repeat.resolve(() -> sales.sellSlotAsync(change));
    } catch (OutcomeUnknownException e) {
      throw withAdvice(
          e,
          "The ledger may hold a slot of %s under this id, and gives it back when its lease of %s runs out."
              .formatted(change.storageRequest().requestId(), lease));
    }
  }

  private static <X extends Exception> void prepare(
      SaleSteps<X> steps, SaleInProgress sale, Interruptible preparation)
      throws X, InterruptedException {
    throwIfInterrupted();
    preparation.enter();
    try {
      steps.prepare(sale);
    } finally {
      preparation.exit();
    }
  }

  /**
   * Asks the ledger whether the slot is still reserved, by renewing its lease. If it is already
   * filled, an earlier run has seen that the chain holds it.
   */
  private boolean isFilled(Reservation reservation) {
    try {
      Reservation unused = repeat.insist(() -> reservations.renewLeaseAsync(reservation, lease));
      return false;
    } catch (HoldfastException e) {
      if (LeaseKeeper.saysGone(e)) {
        throw new LeaseLostException(reservation, e);
      }
      if (e.reason() == ErrorReason.SLOT_FILLED) {
        return true;
      }
      throw e;
    }
  }

  private Reservation fill(Reservation reservation) {
    FillSlot fill = FillSlot.of(reservation);
    try {
      return repeat.insist(() -> reservations.fillSlotAsync(fill));
    } catch (RuntimeException e) {
      throw new SaleUnsettledException(reservation, e);
    }
  }

  /**
   * Ends the reservation, unless it has ended. A failure of the release is suppressed in the
   * earlier failure.
   */
  private void giveUp(
      Reservation reservation, @Nullable HoldfastException lost, Throwable failure) {
    if (failure instanceof LeaseLostException) {
      return;
    }
    if (lost != null) {
      LeaseLostException leaseLost = new LeaseLostException(reservation, lost);
      leaseLost.addSuppressed(failure);
      throw leaseLost;
    }
    ReleaseSlot release = ReleaseSlot.of(reservation, ReleaseReason.ATTEMPT_FAILED);
    try {
      SlotReleased unused = repeat.insist(() -> reservations.releaseSlotAsync(release));
    } catch (OutcomeUnknownException e) {
      failure.addSuppressed(
          withAdvice(
              e,
              "The ledger may hold the slot, and gives it back when its lease of %s runs out."
                  .formatted(lease)));
    } catch (HoldfastException e) {
      if (!LeaseKeeper.saysGone(e)) {
        failure.addSuppressed(e);
      }
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Returns the same exception with what it means for the sale. */
  private static OutcomeUnknownException withAdvice(OutcomeUnknownException e, String advice) {
    return new OutcomeUnknownException(
        new HoldfastException.Facts(e.reasonName(), e.metadata(), e.getMessage() + " " + advice, e),
        e.operationId());
  }

  private static void throwIfInterrupted() throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("the sale was interrupted");
    }
  }
}
