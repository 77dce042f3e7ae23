package dev.holdfast.client;

/**
 * Thrown by {@link SaleSteps#submit} where nobody knows whether the chain holds the slot for this
 * node. The {@link Sale} throws it on, and neither fills nor releases: the slot stays reserved
 * until its lease runs out. Find out by {@link Reservations#reconcile} before that, with the slot
 * among the observed ones if the chain holds it.
 */
public class SubmissionUnknownException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * What is not known, and why.
   *
   * @param message for people
   * @param cause what made the submission fail
   */
  public SubmissionUnknownException(String message, Throwable cause) {
    super(message, cause);
  }
}
