package dev.holdfast.server.runtime.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.server.runtime.admin.AdminRequest;
import java.net.URLDecoder;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The token of a viewer, which the browser keeps in a cookie. The server keeps no sessions: a token
 * that is revoked ends them all at once.
 */
final class Session {
  /** Characters that a cookie may contain. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{1,512}");

  private Session() {}

  /** Returns the token that the login form sent; null if it cannot be one. */
  static @Nullable String posted(AdminRequest request) {
    for (String field : request.body().split("&", -1)) {
      if (field.startsWith("token=")) {
        try {
          String token = URLDecoder.decode(field.substring("token=".length()), UTF_8).strip();
          return TOKEN.matcher(token).matches() ? token : null;
        } catch (IllegalArgumentException e) {
          return null;
        }
      }
    }
    return null;
  }

  /**
   * Returns the cookie with a token; an empty token ends the session.
   *
   * @param name the name of the cookie
   * @param secure whether the browser may send it only over TLS
   */
  static String cookie(String name, String token, boolean secure) {
    return name
        + "="
        + token
        + "; Path=/; HttpOnly; SameSite=Strict"
        + (secure ? "; Secure" : "")
        + (token.isEmpty() ? "; Max-Age=0" : "");
  }
}
