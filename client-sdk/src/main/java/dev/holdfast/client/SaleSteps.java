package dev.holdfast.client;

import dev.holdfast.client.errors.SubmissionUnknownException;

/**
 * The work of a node between the reservation of a slot and its being filled, for one {@link Sale}.
 * Both run on the thread that runs the sale. A node that was killed runs them again, so they must
 * continue from the state that they find.
 *
 * @param <X> what the steps throw besides unchecked exceptions and being interrupted
 */
public interface SaleSteps<X extends Exception> {
  /**
   * Does the work that can be given up, for example downloads and proves. It is interrupted when
   * the lease is lost. If it throws any exception, the slot is released.
   *
   * @param sale the sale in progress
   * @throws X if it fails
   * @throws InterruptedException if it is interrupted
   */
  void prepare(SaleInProgress sale) throws X, InterruptedException;

  /**
   * Submits to the chain, and <b>returns once this node holds the slot on the chain</b>. Right
   * before it, the ledger has confirmed that the slot is still reserved. It is interrupted only if
   * the sale is, not when the lease is lost, because a submission cannot be taken back.
   *
   * <p>After any exception except {@link SubmissionUnknownException} the slot is released. If it is
   * unknown whether the chain accepted the submission, throw {@link SubmissionUnknownException}:
   * the slot is then neither filled nor released.
   *
   * @param sale the sale in progress
   * @throws X if the chain does not hold the slot for this node
   * @throws InterruptedException if it is interrupted, and the chain does not hold the slot for
   *     this node
   */
  void submit(SaleInProgress sale) throws X, InterruptedException;
}
