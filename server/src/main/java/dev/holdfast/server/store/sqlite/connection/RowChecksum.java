package dev.holdfast.server.store.sqlite.connection;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.engine.StoreException.Damage.Kind;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Computes the checksum of a row: a CRC-32C over the name of its table and all of its columns
 * except the checksum, in the order in which they are added. SQLite does not notice a byte that
 * changed on the disk; the checksum does.
 *
 * <p>Numbers take eight bytes. Bytes and texts are preceded by their length, which is -1 for null.
 * The encoding is stored on the disk and never changes.
 */
public final class RowChecksum {
  private static final int NONE = -1;
  private static final int ASCII_CHARACTERS = 0x80;
  private static final int WIDE = 0xff;

  private final String table;
  private final CRC32C crc = new CRC32C();

  public RowChecksum(String table) {
    this.table = table;
    text(table);
  }

  public RowChecksum number(long number) {
    for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      crc.update((int) (number >>> shift));
    }
    return this;
  }

  /** Adds a number that may be null. */
  public RowChecksum optional(@Nullable Long number) {
    return number == null ? number(0).number(NONE) : number(1).number(number);
  }

  public RowChecksum bytes(byte @Nullable [] bytes) {
    if (bytes == null) {
      return number(NONE);
    }
    number(bytes.length);
    crc.update(bytes);
    return this;
  }

  public RowChecksum text(@Nullable String text) {
    if (text == null) {
      return number(NONE);
    }
    number(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ASCII_CHARACTERS) {
        crc.update(c);
      } else {
        crc.update(WIDE);
        crc.update(c >>> Byte.SIZE);
        crc.update(c);
      }
    }
    return this;
  }

  /**
   * Returns the checksum of everything that was added. It is signed, so that SQLite stores it in
   * four bytes.
   */
  public int value() {
    return (int) crc.getValue();
  }

  /**
   * Compares this checksum with the stored checksum of the row.
   *
   * @param row describes the row to a person
   * @throws StoreException if the row is damaged
   */
  public void check(long stored, Supplier<String> row) {
    check(stored, Kind.ROW, row);
  }

  /** Checks a long value that has its own checksum, which is covered by the checksum of the row. */
  public void checkContent(long stored, Supplier<String> row) {
    check(stored, Kind.CONTENT, row);
  }

  /** Checks a row that can be rebuilt from other rows. */
  public void checkDerived(long stored, Supplier<String> row) {
    check(stored, Kind.DERIVED, row);
  }

  private void check(long stored, Kind kind, Supplier<String> row) {
    if (stored != value()) {
      throw StoreException.damaged(
          new StoreException.Damage(
              kind, "damaged row of " + table + ": " + row.get(), stored, value()));
    }
  }
}
