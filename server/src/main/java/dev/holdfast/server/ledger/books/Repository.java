package dev.holdfast.server.ledger.books;

/**
 * The books of a repository, with sums that are kept up to date by every change.
 *
 * @param id the id
 * @param capacityBytes the maximum of the reserved bytes
 * @param reservedBytes the reserved bytes: unassigned ones and those of all reservations
 * @param unassignedBytes the reserved bytes that belong to no slot
 * @param reservationCount the number of reservations
 * @param revision the number of changes to these books, ever
 * @param createMicros the creation time, in microseconds since the epoch
 * @param updateMicros the time of the last change, in microseconds since the epoch
 * @param deleted whether the repository is deleted; its revision and histories remain
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

  /**
   * Returns the bytes that can be reserved; never negative, even after the capacity was lowered.
   */
  public long availableBytes() {
    return Math.max(0, capacityBytes - reservedBytes);
  }

  /** Returns by how many bytes the reservations exceed the capacity. */
  public long overcommittedBytes() {
    return Math.max(0, reservedBytes - capacityBytes);
  }

  /** Returns the books of a repository that never existed. */
  public static Repository blank(String id) {
    return blank(id, 0);
  }

  /**
   * Returns the books of a repository that never existed, with revisions that start after this one.
   */
  public static Repository blank(String id, long revision) {
    return new Repository(id, 0, 0, 0, 0, revision, 0, 0, true);
  }

  /** Returns the books at a later revision, because changes in between were lost. */
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

  /** Returns the books after a change. This is the only place that updates the sums. */
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
    boolean created = change.kind() == Change.CapacityChanged.Kind.CREATED;
    return new Repository(
        id,
        change.capacityBytes(),
        reservedBytes,
        unassignedBytes,
        reservationCount,
        revision + 1,
        created ? nowMicros : createMicros,
        nowMicros,
        change.kind() == Change.CapacityChanged.Kind.DELETED);
  }

  private Repository with(long reserved, long unassigned, int countChange, long nowMicros) {
    if (unassigned < 0 || reserved < unassigned || reservationCount + countChange < 0) {
      throw new IllegalStateException(
          "books of repository "
              + id
              + " would become negative: reserved "
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
