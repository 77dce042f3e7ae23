package dev.holdfast.client;

import dev.holdfast.client.errors.SubmissionUnknownException;

/**
 * The work of a node between the reservation of a slot and its being filled, for one {@link Sale}.
 * Both run on the thread that runs the sale. A node that was killed runs them again, so they go on
 * from what they find.
 *
 * @param <X> what the steps throw besides unchecked exceptions and being interrupted
 */
public interface SaleSteps<X extends Exception> {
  /**
   * Does everything that can be given up, for example downloads and proves. It is interrupted when
   * the lease is lost. Whatever it throws, the slot is released.
   *
   * @param sale what was reserved
   * @throws X if it fails
   * @throws InterruptedException if it is interrupted
   */
  void prepare(SaleInProgress sale) throws X, InterruptedException;

  /**
   * Tells the chain, and <b>returns once the chain says that this node holds the slot</b>. Right
   * before it, the ledger has confirmed that the slot is still reserved. It is interrupted only
   * where the sale is, not when the lease is lost, as what the chain was told cannot be taken back.
   *
   * <p>Throw only what is certain: whatever it throws, the slot is released, with one exception.
   * Where nobody knows whether the chain took it, throw {@link SubmissionUnknownException}: the
   * slot is then neither filled nor released.
   *
   * @param sale what was reserved
   * @throws X if the chain does not hold the slot for this node
   * @throws InterruptedException if it is interrupted, and the chain does not hold the slot for
   *     this node
   */
  void submit(SaleInProgress sale) throws X, InterruptedException;
}
