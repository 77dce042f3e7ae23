package dev.holdfast.client.errors;

/**
 * Thrown by {@link dev.holdfast.client.SaleSteps#submit} where nobody knows whether the chain holds
 * the slot for this node. The {@link dev.holdfast.client.Sale} throws it on, and neither fills nor
 * releases: the slot stays reserved until its lease runs out. Find out by {@link
 * dev.holdfast.client.Reservations#reconcile} before that, with the slot among the observed ones if
 * the chain holds it.
 */
public class SubmissionUnknownException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception of a submission whose outcome is not known.
   *
   * @param message for people
   * @param cause what made the submission fail
   */
  public SubmissionUnknownException(String message, Throwable cause) {
    super(message, cause);
  }
}
