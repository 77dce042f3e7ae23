package dev.holdfast.client;

import org.jspecify.annotations.Nullable;

/**
 * A change was sent, and <b>nobody knows whether it was made</b>: the deadline passed, the
 * connection broke, the server's commit failed, or the waiting was interrupted or cancelled. It may
 * have been made, may still be made, or never be made.
 *
 * <p>How to go on:
 *
 * <ul>
 *   <li>A change with an operation id: send it again <i>with the same id</i> until it is answered.
 *       If it had been made, it is answered as it was then and not made twice. Send the same object
 *       ({@link ReserveSlot}, {@link SellSlot}, {@link Apply} …), or a new one given {@link
 *       #operationId()}. Do not drop a reserve that is not wanted any more: send it again, then
 *       release what it answers.
 *   <li>{@link Reservations#renewLease(RenewLease)}, {@link Repositories#update} and {@link
 *       Sales#putOffer(Offer)}: send it again; twice is as good as once.
 *   <li>{@link Reservations#reconcile}: send it again with the same revision and the same slots;
 *       what it did the first time is left alone.
 *   <li>{@link Repositories#create} and {@link Repositories#delete}: look with {@link
 *       Repositories#get} whether it was made; so with {@link Sales#deleteOffer(String)} and the
 *       changes of the {@link Datastore}.
 * </ul>
 */
public final class OutcomeUnknownException extends HoldfastException {
  private static final long serialVersionUID = 1L;

  private final @Nullable String operationId;

  OutcomeUnknownException(Facts facts, @Nullable String operationId) {
    super(facts);
    this.operationId = operationId;
  }

  /**
   * {@return the id to send the change with again; {@code null} for an {@link Apply}, whose
   * operations carry theirs, and for changes that have none}
   */
  public @Nullable String operationId() {
    return operationId;
  }

  /** The same, with what it means in the course of something larger. */
  OutcomeUnknownException withAdvice(String advice) {
    return new OutcomeUnknownException(
        new Facts(reasonName(), metadata(), getMessage() + " " + advice, this), operationId);
  }
}
