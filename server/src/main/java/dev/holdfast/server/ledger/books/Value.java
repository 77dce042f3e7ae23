package dev.holdfast.server.ledger.books;

import java.util.Arrays;

/** The bytes that a key of the datastore has as its value. They never change. */
public final class Value {
  private final byte[] bytes;

  /** A value of these bytes, which belong to it from now on. */
  public Value(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The bytes; whoever gets them leaves them as they are. */
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
