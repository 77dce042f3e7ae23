package dev.holdfast.client.errors;

/**
 * Thrown by {@link dev.holdfast.client.SaleSteps#submit} if it is unknown whether this node holds
 * the slot on the chain. The {@link dev.holdfast.client.Sale} rethrows it, and neither fills nor
 * releases: the slot stays reserved until its lease expires. Settle it by {@link
 * dev.holdfast.client.Reservations#reconcile} before that, with the slot among the observed ones if
 * the chain holds it.
 */
public class SubmissionUnknownException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception of a submission whose outcome is not known.
   *
   * @param message for people
   * @param cause the cause of the failure
   */
  public SubmissionUnknownException(String message, Throwable cause) {
    super(message, cause);
  }
}
