package dev.holdfast.server.ledger.books;

import org.jspecify.annotations.Nullable;

/**
 * A change that is remembered under an operation id that does not belong to a slot.
 *
 * @param key the operation id and its scope
 * @param kind the kind of change
 * @param count the number of released reservations
 * @param bytes the reserved or released bytes
 * @param revision the last revision of the change
 * @param sale the sale; null for other kinds
 */
public record RememberedOperation(
    OperationKey key, Kind kind, long count, long bytes, long revision, @Nullable Sale sale) {

  /** Makes an operation that is not a sale. */
  public RememberedOperation(OperationKey key, Kind kind, long count, long bytes, long revision) {
    this(key, kind, count, bytes, revision, null);
  }

  /**
   * The result of a sale.
   *
   * @param slot the sold slot
   * @param generation the revision that reserved it
   * @param asked the compared fields of the request, to recognise a retry
   */
  public record Sale(Slot slot, long generation, String asked) {}

  /** The kinds of remembered changes. */
  public enum Kind {
    RESERVE(1),
    RELEASE(2),
    END_REQUEST(3),
    SELL_SLOT(4),
    /** An EndRequest that left more reservations to release. */
    END_REQUEST_BEGUN(5);

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
