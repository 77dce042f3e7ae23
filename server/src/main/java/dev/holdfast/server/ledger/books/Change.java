package dev.holdfast.server.ledger.books;

/**
 * One alteration of a repository's books, as a rule decided it. The rules say what happens; {@link
 * Draft} does the sums.
 */
public sealed interface Change {

  /** A change that raises the revision by one and is told to those who watch. */
  sealed interface Booked extends Change {}

  /** The repository was made, given another capacity, or deleted. */
  record CapacityChanged(Kind kind, long capacityBytes) implements Booked {
    /** What happened to the repository. */
    public enum Kind {
      CREATED(1),
      UPDATED(2),
      DELETED(3);

      private static final Kind[] VALUES = values();

      private final int number;

      Kind(int number) {
        this.number = number;
      }

      /** The number under which stores keep it. It never changes. */
      public int number() {
        return number;
      }

      /** The kind of a number that {@link #number()} gave. */
      public static Kind ofNumber(int number) {
        return VALUES[number - 1];
      }
    }
  }

  /** The bytes that belong to no slot are so many now. */
  record UnassignedChanged(long unassignedBytes) implements Booked {}

  /** A slot was reserved. */
  record SlotReserved(Reservation reservation) implements Booked {}

  /** A slot was filled. */
  record SlotFilled(Reservation reservation) implements Booked {}

  /** A slot was released. */
  record SlotReleased(Released released) implements Booked {}

  /** A lease ends at another time now. The books stay as they are. */
  record LeaseRenewed(Reservation reservation) implements Change {}

  /** An offer was made, or has other terms now. The books stay as they are. */
  record OfferPut(String offerId, Offer.Terms terms) implements Change {}

  /** An offer was deleted. The books stay as they are. */
  record OfferDeleted(String offerId) implements Change {}

  /** A key of the datastore has a new value. The books stay as they are. */
  record ValuePut(Entry entry) implements Change {}

  /** A key of the datastore is gone. The books stay as they are. */
  record KeyDeleted(String key) implements Change {}

  /** An operation id is to be remembered that is not about a slot. */
  record OperationRemembered(RememberedOperation operation) implements Change {}
}
