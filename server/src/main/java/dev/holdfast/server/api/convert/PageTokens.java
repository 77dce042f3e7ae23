package dev.holdfast.server.api.convert;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where the next page begins, as a word that says nothing to the caller. Its checksum covers the
 * question and the position, and there is one spelling of it: a token that was altered in any way,
 * or comes with another question, is refused instead of answered with nonsense.
 */
public final class PageTokens {
  private static final int CHECKSUM_BYTES = 8;

  private PageTokens() {}

  /**
   * All that the pages of one answer have in common, as text that no other fields give.
   *
   * @param fields what was asked for; null where something was left out
   */
  public static String question(String rpc, @Nullable Object... fields) {
    StringBuilder question = new StringBuilder(rpc);
    for (Object field : fields) {
      if (field == null) {
        question.append(" -");
      } else {
        String text = field.toString();
        question.append(' ').append(text.length()).append(':').append(text);
      }
    }
    return question.toString();
  }

  /**
   * A token.
   *
   * @param question what {@link #question} returned
   * @param position the last thing on the page before
   */
  public static String encode(String question, String position) {
    ByteString checksum =
        ByteString.copyFrom(sha256(question + "\n" + position), 0, CHECKSUM_BYTES);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(checksum.concat(ByteString.copyFromUtf8(position)).toByteArray());
  }

  /**
   * The position of a token; null for the first page, which has none, and where the token is wrong.
   *
   * @param position makes it of its text; throws {@link IllegalArgumentException} where it cannot
   */
  public static <P> @Nullable P decode(
      RequestValidator validator, String question, String token, Function<String, P> position) {
    if (token.isEmpty()) {
      return null;
    }
    try {
      return position.apply(text(question, token));
    } catch (IllegalArgumentException e) {
      validator.reject(
          "page_token", "is none that this server gave out for a request with these fields");
      return null;
    }
  }

  private static String text(String question, String token) {
    ByteString bytes = ByteString.copyFrom(Base64.getUrlDecoder().decode(token));
    if (bytes.size() > CHECKSUM_BYTES) {
      String text = bytes.substring(CHECKSUM_BYTES).toStringUtf8();
      if (token.equals(encode(question, text))) {
        return text;
      }
    }
    throw new IllegalArgumentException("the checksum does not fit, or it is spelled differently");
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
