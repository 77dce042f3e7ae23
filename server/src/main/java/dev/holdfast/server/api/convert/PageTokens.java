package dev.holdfast.server.api.convert;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Encodes the start of the next page as an opaque token. Its checksum covers the query and the
 * position, and it has only one valid spelling: a token that was altered, or that comes with
 * another query, is rejected.
 */
public final class PageTokens {
  private static final int CHECKSUM_BYTES = 8;

  private PageTokens() {}

  /**
   * Returns a text that identifies a query. The text of any other query differs.
   *
   * @param fields the fields of the query; null for an absent field
   */
  public static String queryKey(String rpc, @Nullable Object... fields) {
    StringBuilder queryKey = new StringBuilder(rpc);
    for (Object field : fields) {
      if (field == null) {
        queryKey.append(" -");
      } else {
        String text = field.toString();
        queryKey.append(' ').append(text.length()).append(':').append(text);
      }
    }
    return queryKey.toString();
  }

  /**
   * Returns the token of a position.
   *
   * @param queryKey the result of {@link #queryKey}
   * @param position the last entry of the page before
   */
  public static String encode(String queryKey, String position) {
    ByteString checksum =
        ByteString.copyFrom(sha256(queryKey + "\n" + position), 0, CHECKSUM_BYTES);
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(checksum.concat(ByteString.copyFromUtf8(position)).toByteArray());
  }

  /**
   * Returns the position in a token; null for the first page, which has no token, and for an
   * invalid token.
   *
   * @param position converts the text of a position; throws {@link IllegalArgumentException} if it
   *     is invalid
   */
  public static <P> @Nullable P decode(
      RequestValidator validator, String queryKey, String token, Function<String, P> position) {
    if (token.isEmpty()) {
      return null;
    }
    try {
      return position.apply(text(queryKey, token));
    } catch (IllegalArgumentException e) {
      validator.reject(
          "page_token", "was not issued by this server for a request with these fields");
      return null;
    }
  }

  private static String text(String queryKey, String token) {
    ByteString bytes = ByteString.copyFrom(Base64.getUrlDecoder().decode(token));
    if (bytes.size() > CHECKSUM_BYTES) {
      String text = bytes.substring(CHECKSUM_BYTES).toStringUtf8();
      if (token.equals(encode(queryKey, text))) {
        return text;
      }
    }
    throw new IllegalArgumentException("wrong checksum or spelling");
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
