package dev.holdfast.server.ledger.books;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The indexes of the slots of a request that have reservations, in any order. There may be
 * millions, so they are kept as numbers, and not as the reservations.
 */
public final class TakenIndexes {
  /** No slot has one. */
  public static final TakenIndexes NONE = new TakenIndexes();

  private final long[] indexes;

  /** These, which belong to it from now on. */
  public TakenIndexes(long... indexes) {
    this.indexes = indexes;
  }

  /** The indexes of these reservations. */
  public static TakenIndexes of(List<Reservation> reservations) {
    return new TakenIndexes(
        reservations.stream().mapToLong(one -> one.slot().slotIndex()).toArray());
  }

  /** All of them; whoever gets them leaves them as they are. */
  public long[] indexes() {
    return indexes;
  }

  /**
   * These with some altered.
   *
   * @param altered slots of the request that were altered
   * @param now those of them that have a reservation now
   */
  TakenIndexes with(List<Slot> altered, List<Slot> now) {
    Set<Long> replaced = new HashSet<>();
    altered.forEach(slot -> replaced.add(slot.slotIndex()));
    return new TakenIndexes(
        LongStream.concat(
                Arrays.stream(indexes).filter(index -> !replaced.contains(index)),
                now.stream().mapToLong(Slot::slotIndex))
            .toArray());
  }
}
