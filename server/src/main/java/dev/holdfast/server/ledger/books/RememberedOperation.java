package dev.holdfast.server.ledger.books;

import org.jspecify.annotations.Nullable;

/**
 * A change that is remembered under its operation id and is not about a slot.
 *
 * @param key where and what the id is
 * @param kind which change it was
 * @param count how many reservations it released; 0 where it released none
 * @param bytes how many bytes it reserved or released
 * @param revision the last revision that it made
 * @param sale what it sold; null where it is no sale
 */
public record RememberedOperation(
    OperationKey key, Kind kind, long count, long bytes, long revision, @Nullable Sale sale) {

  /** An operation that is no sale. */
  public RememberedOperation(OperationKey key, Kind kind, long count, long bytes, long revision) {
    this(key, kind, count, bytes, revision, null);
  }

  /**
   * What a sale fixed.
   *
   * @param slot the slot that was chosen
   * @param generation the revision that reserved it
   * @param asked all that was asked for, for comparing with what is sent again
   */
  public record Sale(Slot slot, long generation, String asked) {}

  /** The changes that are remembered so. */
  public enum Kind {
    RESERVE(1),
    RELEASE(2),
    END_REQUEST(3),
    SELL_SLOT(4),
    /** Steps of an EndRequest that left more to be released. */
    END_REQUEST_BEGUN(5);

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
