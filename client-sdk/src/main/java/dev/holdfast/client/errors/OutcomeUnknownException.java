package dev.holdfast.client.errors;

import dev.holdfast.client.model.Offer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A change was sent, and <b>it is unknown whether it was made</b>: the deadline passed, the
 * connection broke, the server's commit failed, or the wait was interrupted or cancelled. It may
 * have been made, may still be made, or never be made.
 *
 * <p>How to continue:
 *
 * <ul>
 *   <li>A change with an operation id: send it again <i>with the same id</i> until it is answered.
 *       If it was made, the answer is that of the first call, and it is not made twice. Send the
 *       same object ({@link dev.holdfast.client.requests.ReserveSlot}, {@link
 *       dev.holdfast.client.requests.SellSlot}, {@link dev.holdfast.client.requests.Apply} …), or a
 *       new one given {@link #operationId()}. Do not drop a reserve that is no longer needed: send
 *       it again, then release the reservation that it returns.
 *   <li>{@link
 *       dev.holdfast.client.Reservations#renewLease(dev.holdfast.client.requests.RenewLease)},
 *       {@link dev.holdfast.client.Repositories#update} and {@link
 *       dev.holdfast.client.Sales#putOffer(Offer)}: send it again; it is idempotent.
 *   <li>{@link dev.holdfast.client.Reservations#reconcile}: send it again with the same revision
 *       and the same slots; the changes of the first call are left alone.
 *   <li>{@link dev.holdfast.client.Repositories#create} and {@link
 *       dev.holdfast.client.Repositories#delete}: check with {@link
 *       dev.holdfast.client.Repositories#get} whether it was made; the same applies to {@link
 *       dev.holdfast.client.Sales#deleteOffer(String)} and the changes of the {@link
 *       dev.holdfast.client.Datastore}.
 * </ul>
 */
public final class OutcomeUnknownException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final @Nullable String operationId;

  /**
   * Makes the exception from the facts of the call.
   *
   * @param facts the facts of the last attempt
   * @param operationId the id of the change; {@code null} if it has none
   */
  public OutcomeUnknownException(Facts facts, @Nullable String operationId) {
    super(facts);
    this.operationId = operationId;
  }

  /**
   * Makes an exception for a test of code that handles it: the connection broke before there was an
   * answer.
   *
   * @param operationId the id of the change; {@code null} if it has none
   * @return the exception, not thrown
   */
  public static OutcomeUnknownException of(@Nullable String operationId) {
    return new OutcomeUnknownException(Facts.of(ErrorReason.NONE, Map.of()), operationId);
  }

  /**
   * {@return the id with which to send the change again; {@code null} for an {@link
   * dev.holdfast.client.requests.Apply}, whose operations carry theirs, and for changes that have
   * none}
   */
  public @Nullable String operationId() {
    return operationId;
  }
}
