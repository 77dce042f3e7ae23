package dev.holdfast.server.store.sqlite.connection;

import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.ledger.StoreException.Damage.Kind;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The checksum of a row: CRC-32C over the name of its table and all of its columns but the
 * checksum, in the order in which they are added. SQLite keeps what the disk gives it; a byte that
 * changed there is only seen here.
 *
 * <p>Numbers are eight bytes; bytes and texts have their length before them, which is -1 where
 * there is none. The encoding is on the disk and never changes.
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

  /** A number that may be unset. */
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

  /** Of all that was added. It is signed, so that SQLite keeps it in four bytes. */
  public int value() {
    return (int) crc.getValue();
  }

  /**
   * Compares this with the checksum that stands in the row.
   *
   * @param row which row it is, to a person
   * @throws StoreException where the row is not what was written
   */
  public void check(long stored, Supplier<String> row) {
    check(stored, Kind.ROW, row);
  }

  /** The same for a long value that has a checksum of its own, which the row's covers. */
  public void checkContent(long stored, Supplier<String> row) {
    check(stored, Kind.CONTENT, row);
  }

  /** The same for what is made again of something else. */
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
