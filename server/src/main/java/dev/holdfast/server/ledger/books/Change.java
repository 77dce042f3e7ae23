package dev.holdfast.server.ledger.books;

/**
 * A change to a repository's books, as decided by a rule. A rule decides what happens; {@link
 * Draft} updates the sums.
 */
public sealed interface Change {

  /** A change that raises the revision by one and is sent to watchers. */
  sealed interface Booked extends Change {}

  /** The repository was created or deleted, or its capacity changed. */
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

      /** Returns the number that stores use for this kind. It never changes. */
      public int number() {
        return number;
      }

      /** Returns the kind with this {@link #number()}. */
      public static Kind ofNumber(int number) {
        return VALUES[number - 1];
      }
    }
  }

  /** The number of unassigned bytes changed. */
  record UnassignedChanged(long unassignedBytes) implements Booked {}

  /** A slot was reserved. */
  record SlotReserved(Reservation reservation) implements Booked {}

  /** A slot was filled. */
  record SlotFilled(Reservation reservation) implements Booked {}

  /** A slot was released. */
  record SlotReleased(Released released) implements Booked {}

  /** The end of a lease changed. The sums do not change. */
  record LeaseRenewed(Reservation reservation) implements Change {}

  /** An offer was created or got other terms. The sums do not change. */
  record OfferPut(String offerId, Offer.Terms terms) implements Change {}

  /** An offer was deleted. The sums do not change. */
  record OfferDeleted(String offerId) implements Change {}

  /** A key of the datastore got a new value. The sums do not change. */
  record ValuePut(Entry entry) implements Change {}

  /** A key of the datastore was deleted. The sums do not change. */
  record KeyDeleted(String key) implements Change {}

  /** An operation id that does not belong to a slot must be remembered. */
  record OperationRemembered(RememberedOperation operation) implements Change {}
}
