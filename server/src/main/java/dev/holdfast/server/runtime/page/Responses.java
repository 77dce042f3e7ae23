package dev.holdfast.server.runtime.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.server.runtime.admin.AdminResponse;
import dev.holdfast.server.runtime.page.html.Html;
import java.util.HashMap;
import java.util.Map;

/** Makes the responses of the page, with the headers that protect it. */
final class Responses {
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
              + " connect-src 'self'; form-action 'self'; frame-ancestors 'none';"
              + " base-uri 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "Referrer-Policy",
          "no-referrer",
          "Cache-Control",
          "no-store");

  private Responses() {}

  static AdminResponse html(int status, Html html) {
    return new AdminResponse(
        status, "text/html; charset=utf-8", html.source().getBytes(UTF_8), HEADERS);
  }

  /** Returns a file of the page. */
  static AdminResponse asset(String contentType, byte[] content) {
    return new AdminResponse(200, contentType, content, HEADERS);
  }

  /** Returns a redirection to another page, which the browser gets. */
  static AdminResponse seeOther(String link) {
    return with(html(303, Html.EMPTY), "Location", link);
  }

  static AdminResponse with(AdminResponse response, String header, String value) {
    Map<String, String> headers = new HashMap<>(response.headers());
    headers.put(header, value);
    return new AdminResponse(response.status(), response.contentType(), response.body(), headers);
  }
}
