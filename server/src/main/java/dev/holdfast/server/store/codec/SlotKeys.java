package dev.holdfast.server.store.codec;

import dev.holdfast.server.ledger.books.Slot;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Encodes slots as bytes that sort, as unsigned bytes, in the order of the slots: by the characters
 * of the request id, then by slot index.
 *
 * <p>Nearly every request id is a hash, {@code 0x} and 64 hex digits, and takes 33 bytes instead of
 * 66. A key of half the size halves the number of pages that a large table touches. Other ids must
 * sort between the hashes, so the key is
 *
 * <pre>
 *   00, the id             for ids below 0x000…0
 *   01, 32 bytes, the id   for ids from there to 0xfff…f: the greatest hash that is not above the
 *                          id, then the id itself unless it is that hash
 *   02, the id             for ids above
 * </pre>
 *
 * then a zero byte, which no id contains, then the slot index: one byte with the number of bytes
 * that follow, and those bytes, highest first.
 */
public final class SlotKeys {
  private static final HexFormat HEX = HexFormat.of();
  private static final String PREFIX = "0x";
  private static final int DIGITS = 64;
  private static final int HASH_BYTES = 1 + DIGITS / 2;

  private static final byte[] DIGIT_VALUES = new byte['f' + 1];

  static {
    Arrays.fill(DIGIT_VALUES, (byte) -1);
    for (int i = 0; i < 16; i++) {
      DIGIT_VALUES[Character.forDigit(i, 16)] = (byte) i;
    }
  }

  private SlotKeys() {}

  /** Returns the key of a slot. The slot caches the array, so callers must not alter it. */
  public static byte[] encode(Slot slot) {
    return slot.key(SlotKeys::make);
  }

  private static byte[] make(Slot slot) {
    byte[] request = encodeRequest(slot.requestId());
    int indexBytes = (Long.SIZE - Long.numberOfLeadingZeros(slot.slotIndex()) + 7) / 8;
    byte[] key = Arrays.copyOf(request, request.length + 1 + indexBytes);
    key[request.length] = (byte) indexBytes;
    for (int i = 0; i < indexBytes; i++) {
      key[key.length - 1 - i] = (byte) (slot.slotIndex() >>> (8 * i));
    }
    return key;
  }

  /**
   * Returns the prefix that the keys of all slots of a request share, and that no other key has.
   */
  public static byte[] encodeRequest(String requestId) {
    byte[] hash = hash(requestId);
    if (hash != null) {
      return hash;
    }
    byte[] id = requestId.getBytes(StandardCharsets.US_ASCII);
    if (requestId.compareTo(PREFIX + "0".repeat(DIGITS)) < 0) {
      return terminated(0, new byte[0], id);
    }
    if (requestId.compareTo(PREFIX + "f".repeat(DIGITS) + "\u007f") > 0) {
      return terminated(2, new byte[0], id);
    }
    String floor = floor(requestId);
    return terminated(1, HEX.parseHex(floor, PREFIX.length(), floor.length()), id);
  }

  /** Returns the prefix of a request id that is a hash, as nearly all are; null for another id. */
  private static byte @Nullable [] hash(String requestId) {
    if (requestId.length() != PREFIX.length() + DIGITS || !requestId.startsWith(PREFIX)) {
      return null;
    }
    byte[] key = new byte[HASH_BYTES + 1];
    key[0] = 1;
    for (int i = 1; i < HASH_BYTES; i++) {
      int high = digit(requestId.charAt(2 * i));
      int low = digit(requestId.charAt(2 * i + 1));
      if (high < 0 || low < 0) {
        return null;
      }
      key[i] = (byte) ((high << 4) | low);
    }
    return key;
  }

  /** Returns the value of a lower-case hex digit; less than 0 for another character. */
  private static int digit(char c) {
    return c < DIGIT_VALUES.length ? DIGIT_VALUES[c] : -1;
  }

  /**
   * Returns a key that sorts after the keys of all slots of a request and before every other key
   * that sorts after them.
   */
  public static byte[] afterRequest(String requestId) {
    byte[] key = encodeRequest(requestId);
    key[key.length - 1]++;
    return key;
  }

  /** Decodes a key. */
  public static Slot decode(byte[] key) {
    int end = key[0] == 1 ? HASH_BYTES : 1;
    int start = end;
    while (key[end] != 0) {
      end++;
    }
    String requestId =
        end == HASH_BYTES && key[0] == 1
            ? PREFIX + HEX.formatHex(key, 1, HASH_BYTES)
            : new String(key, start, end - start, StandardCharsets.US_ASCII);
    long index = 0;
    for (int i = end + 2; i < key.length; i++) {
      index = index << 8 | (key[i] & 0xff);
    }
    return new Slot(requestId, index);
  }

  private static byte[] terminated(int kind, byte[] hash, byte[] id) {
    byte[] key = new byte[1 + hash.length + id.length + 1];
    key[0] = (byte) kind;
    System.arraycopy(hash, 0, key, 1, hash.length);
    System.arraycopy(id, 0, key, 1 + hash.length, id.length);
    return key;
  }

  /** Returns the greatest hash that is not above an id between the least and the greatest hash. */
  private static String floor(String id) {
    StringBuilder floor = new StringBuilder(PREFIX);
    for (int i = PREFIX.length(); floor.length() < PREFIX.length() + DIGITS; i++) {
      char c = i < id.length() ? id.charAt(i) : 0;
      if (digit(c) >= 0) {
        floor.append(c);
        continue;
      }
      // A character below the digits, or the end of the id: all hashes with this start sort after
      // the id, so the greatest hash before the id starts with the predecessor of this start. Other
      // characters: the hashes that continue with a smaller digit sort before the id.
      if (c < '0') {
        decrement(floor);
        return filled(floor, 'f');
      }
      floor.append(c > 'f' ? 'f' : '9');
      return filled(floor, 'f');
    }
    return floor.toString();
  }

  private static void decrement(StringBuilder digits) {
    for (int i = digits.length() - 1; ; i--) {
      char c = digits.charAt(i);
      digits.setCharAt(i, c == '0' ? 'f' : c == 'a' ? '9' : (char) (c - 1));
      if (c != '0') {
        return;
      }
    }
  }

  private static String filled(StringBuilder digits, char with) {
    return digits + String.valueOf(with).repeat(PREFIX.length() + DIGITS - digits.length());
  }
}
