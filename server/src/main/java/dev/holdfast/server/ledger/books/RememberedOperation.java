package dev.holdfast.server.ledger.books;

/**
 * A change that is remembered under its operation id and is not about a slot.
 *
 * @param key where and what the id is
 * @param kind which change it was
 * @param count how many reservations it released; 0 where it is about unassigned bytes
 * @param bytes how many bytes it reserved or released
 * @param revision the last revision that it made
 */
public record RememberedOperation(
    OperationKey key, Kind kind, long count, long bytes, long revision) {

  /** The changes that are remembered so. */
  public enum Kind {
    RESERVE(1),
    RELEASE(2),
    END_REQUEST(3);

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
