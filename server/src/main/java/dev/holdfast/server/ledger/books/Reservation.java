package dev.holdfast.server.ledger.books;

/**
 * The record that so many bytes of a repository belong to a slot.
 *
 * <p>It carries the operation ids of the changes that made it what it is. So whoever looks at a
 * slot has all that is needed to answer a change that is sent again, and no table of operation ids
 * has to be written or searched for slots.
 *
 * @param slot the slot
 * @param amountBytes how many bytes
 * @param generation the revision that created it
 * @param createMicros when, in microseconds since the epoch
 * @param leaseMicros the length of the lease as it was last set; 0 for none
 * @param leaseExpireMicros when the lease ends, in microseconds since the epoch; 0 for none
 * @param reserveOperationId the operation that reserved it; empty where it had no id
 * @param fill how it was filled; {@link Fill#NONE} while it is only reserved
 * @param offerId the offer that it was sold under; empty for none
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
   * @param micros when, in microseconds since the epoch
   * @param operationId the operation that filled it; empty where it had no id
   * @param anyGeneration whether that operation had named generation 0
   */
  public record Fill(long revision, long micros, String operationId, boolean anyGeneration) {
    /** Not filled. */
    public static final Fill NONE = new Fill(0, 0, "", false);
  }

  /** Whether the slot is filled; otherwise it is only reserved. */
  public boolean filled() {
    return fill.revision() != 0;
  }

  /** Whether the server is to release it by itself at this time. */
  public boolean leaseExpired(long nowMicros) {
    return leaseExpireMicros != 0 && leaseExpireMicros <= nowMicros;
  }

  /** The same with its lease ending so long after now. */
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

  /** The same with its lease ending then, in microseconds since the epoch. */
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

  /** The same, filled, and so without a lease. */
  public Reservation withFill(Fill how) {
    return new Reservation(
        slot, amountBytes, generation, createMicros, 0, 0, reserveOperationId, how, offerId);
  }
}
