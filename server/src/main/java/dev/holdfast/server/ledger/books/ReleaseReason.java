package dev.holdfast.server.ledger.books;

/** Why a slot was released. The names are those of the contract. */
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

  /** Returns the number that stores use for this reason. It never changes. */
  public int number() {
    return number;
  }

  /** Returns the reason with this {@link #number()}. */
  public static ReleaseReason ofNumber(int number) {
    return VALUES[number - 1];
  }
}
