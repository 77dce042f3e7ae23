package dev.holdfast.server.ledger.books;

/** Why the space of a slot was given back. The names are those of the contract. */
public enum ReleaseReason {
  ATTEMPT_FAILED(1),
  REQUEST_ENDED(2),
  LEASE_EXPIRED(3),
  RECONCILED(4);

  private static final ReleaseReason[] VALUES = values();

  private final int number;

  ReleaseReason(int number) {
    this.number = number;
  }

  /** The number under which stores keep it. It never changes. */
  public int number() {
    return number;
  }

  /** The reason of a number that {@link #number()} gave. */
  public static ReleaseReason ofNumber(int number) {
    return VALUES[number - 1];
  }
}
