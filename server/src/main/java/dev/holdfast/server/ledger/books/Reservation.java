package dev.holdfast.server.ledger.books;

/**
 * Records that a number of bytes of a repository belong to a slot.
 *
 * <p>It contains the operation ids of the changes that produced it. So reading a slot is enough to
 * answer a retried change, and slots need no table of operation ids.
 *
 * @param slot the slot
 * @param amountBytes the reserved bytes
 * @param generation the revision that created it
 * @param createMicros the creation time, in microseconds since the epoch
 * @param leaseMicros the length of the lease as last set; 0 for none
 * @param leaseExpireMicros the end of the lease, in microseconds since the epoch; 0 for none
 * @param reserveOperationId the id of the operation that reserved it; empty for none
 * @param fill how it was filled; {@link Fill#NONE} if it is not filled
 * @param offerId the offer under which it was sold; empty for none
 */
public record Reservation(
    Slot slot,
    long amountBytes,
    long generation,
    long createMicros,
    long leaseMicros,
    long leaseExpireMicros,
    String reserveOperationId,
    Fill fill,
    String offerId) {

  /**
   * How a slot was filled.
   *
   * @param revision the revision that filled it; 0 for not filled
   * @param micros the time, in microseconds since the epoch
   * @param operationId the id of the operation that filled it; empty for none
   * @param anyGeneration whether that operation named generation 0
   */
  public record Fill(long revision, long micros, String operationId, boolean anyGeneration) {
    /** Not filled. */
    public static final Fill NONE = new Fill(0, 0, "", false);
  }

  /** Returns whether the slot is filled; otherwise it is only reserved. */
  public boolean filled() {
    return fill.revision() != 0;
  }

  /** Returns whether the lease has expired at this time. */
  public boolean leaseExpired(long nowMicros) {
    return leaseExpireMicros != 0 && leaseExpireMicros <= nowMicros;
  }

  /** Returns the reservation with a lease of this length that starts now. */
  public Reservation withLease(long micros, long nowMicros) {
    return new Reservation(
        slot,
        amountBytes,
        generation,
        createMicros,
        micros,
        nowMicros + micros,
        reserveOperationId,
        fill,
        offerId);
  }

  /** Returns the reservation with this end of its lease, in microseconds since the epoch. */
  public Reservation withLeaseEnding(long expireMicros) {
    return new Reservation(
        slot,
        amountBytes,
        generation,
        createMicros,
        leaseMicros,
        expireMicros,
        reserveOperationId,
        fill,
        offerId);
  }

  /** Returns the reservation as filled and without a lease. */
  public Reservation withFill(Fill newFill) {
    return new Reservation(
        slot, amountBytes, generation, createMicros, 0, 0, reserveOperationId, newFill, offerId);
  }
}
