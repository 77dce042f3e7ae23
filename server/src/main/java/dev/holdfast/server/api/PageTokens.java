package dev.holdfast.server.api;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32;

/**
 * Where the next page begins, as a word that says nothing to the caller. It knows the question that
 * it belongs to, so that it is refused with another one instead of answering nonsense.
 */
final class PageTokens {
  private static final int CHECKSUM_BYTES = 4;

  private PageTokens() {}

  /**
   * A token.
   *
   * @param question all that the pages of one answer have in common
   * @param position the last thing on the page before
   */
  static String encode(String question, String position) {
    ByteString bytes =
        ByteString.copyFrom(checksum(question)).concat(ByteString.copyFromUtf8(position));
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
  }

  /** The position of a token; empty for the first page, which has none. */
  static String decode(Words words, String question, String token) {
    if (token.isEmpty()) {
      return "";
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(token);
      ByteString checksum = ByteString.copyFrom(checksum(question));
      if (ByteString.copyFrom(bytes).startsWith(checksum)) {
        return new String(
            bytes, CHECKSUM_BYTES, bytes.length - CHECKSUM_BYTES, StandardCharsets.UTF_8);
      }
      words.wrong("page_token", "belongs to a request with other fields");
    } catch (IllegalArgumentException e) {
      words.wrong("page_token", "is none that this server gave out");
    }
    return "";
  }

  private static ByteBuffer checksum(String question) {
    CRC32 crc = new CRC32();
    crc.update(question.getBytes(StandardCharsets.UTF_8));
    return ByteBuffer.allocate(CHECKSUM_BYTES).putInt(0, (int) crc.getValue());
  }
}
