package dev.holdfast.server.ledger.books;

/**
 * The books of a repository: sums that are kept so that nobody has to count.
 *
 * @param id its name
 * @param capacityBytes how much may be reserved in all
 * @param reservedBytes how much is reserved: unassigned, and by all reservations
 * @param unassignedBytes how much of that belongs to no slot
 * @param reservationCount how many reservations there are
 * @param revision how often these books were changed, ever
 * @param createMicros when it was made, in microseconds since the epoch
 * @param updateMicros when these books were last changed, likewise
 * @param deleted whether only the revision and the histories are left of it
 */
public record Repository(
    String id,
    long capacityBytes,
    long reservedBytes,
    long unassignedBytes,
    long reservationCount,
    long revision,
    long createMicros,
    long updateMicros,
    boolean deleted) {

  /** How much can be reserved now. Never negative, also where the capacity was lowered. */
  public long availableBytes() {
    return Math.max(0, capacityBytes - reservedBytes);
  }

  /** How much more is reserved than the capacity. */
  public long overcommittedBytes() {
    return Math.max(0, reservedBytes - capacityBytes);
  }

  /** These books without a change yet, of a repository that was never there before. */
  public static Repository blank(String id) {
    return blank(id, 0);
  }

  /** The same, with revisions that begin behind this one. */
  public static Repository blank(String id, long revision) {
    return new Repository(id, 0, 0, 0, 0, revision, 0, 0, true);
  }

  /** The same at a later revision, as changes in between were lost. */
  public Repository raisedTo(long later, long nowMicros) {
    return new Repository(
        id,
        capacityBytes,
        reservedBytes,
        unassignedBytes,
        reservationCount,
        later,
        createMicros,
        nowMicros,
        deleted);
  }

  /** These books after a change to them: the one place where the sums are kept. */
  public Repository after(Change change, long nowMicros) {
    if (change instanceof Change.SlotReserved reserved) {
      long amountBytes = reserved.reservation().amountBytes();
      return with(Math.addExact(reservedBytes, amountBytes), unassignedBytes, 1, nowMicros);
    } else if (change instanceof Change.SlotFilled) {
      return with(reservedBytes, unassignedBytes, 0, nowMicros);
    } else if (change instanceof Change.SlotReleased released) {
      long amountBytes = released.released().reservation().amountBytes();
      return with(reservedBytes - amountBytes, unassignedBytes, -1, nowMicros);
    } else if (change instanceof Change.UnassignedChanged unassigned) {
      long bytes = unassigned.unassignedBytes();
      return with(Math.addExact(reservedBytes - unassignedBytes, bytes), bytes, 0, nowMicros);
    } else if (change instanceof Change.CapacityChanged capacity) {
      return withCapacity(capacity, nowMicros);
    }
    return this;
  }

  private Repository withCapacity(Change.CapacityChanged change, long nowMicros) {
    boolean made = change.kind() == Change.CapacityChanged.Kind.CREATED;
    return new Repository(
        id,
        change.capacityBytes(),
        reservedBytes,
        unassignedBytes,
        reservationCount,
        revision + 1,
        made ? nowMicros : createMicros,
        nowMicros,
        change.kind() == Change.CapacityChanged.Kind.DELETED);
  }

  private Repository with(long reserved, long unassigned, int countChange, long nowMicros) {
    if (unassigned < 0 || reserved < unassigned || reservationCount + countChange < 0) {
      throw new IllegalStateException(
          "the books of repository "
              + id
              + " would go below zero: reserved "
              + reserved
              + ", unassigned "
              + unassigned);
    }
    return new Repository(
        id,
        capacityBytes,
        reserved,
        unassigned,
        reservationCount + countChange,
        revision + 1,
        createMicros,
        nowMicros,
        deleted);
  }
}
