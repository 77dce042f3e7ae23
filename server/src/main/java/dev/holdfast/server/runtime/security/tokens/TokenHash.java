package dev.holdfast.server.runtime.security.tokens;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/** The SHA-256 of a token's secret. Two of them are compared in constant time. */
public final class TokenHash {
  private static final int BYTES = 32;
  private static final int SHORT_CHARACTERS = 8;

  private final byte[] bytes;

  TokenHash(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Reads a hash from its text.
   *
   * @throws IllegalArgumentException if the text is not 64 hexadecimal digits
   */
  static TokenHash parse(String text) {
    byte[] bytes = HexFormat.of().parseHex(text);
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("not " + 2 * BYTES + " hexadecimal digits");
    }
    return new TokenHash(bytes);
  }

  /** Returns the hash in 64 hexadecimal digits. */
  String text() {
    return HexFormat.of().formatHex(bytes);
  }

  /** Returns the first digits, which name a token in lists. */
  String shortText() {
    return text().substring(0, SHORT_CHARACTERS);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenHash hash && MessageDigest.isEqual(bytes, hash.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return shortText();
  }
}
