package dev.holdfast.server.ledger.books;

import java.util.Arrays;

/** An immutable value of the datastore. */
public final class Value {
  private final byte[] bytes;

  /** Makes a value that owns these bytes. */
  public Value(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Returns the bytes, which must not be modified. */
  public byte[] bytes() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Value value && Arrays.equals(bytes, value.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return bytes.length + " bytes";
  }
}
