package dev.holdfast.server.runtime.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;

/**
 * A response on the admin port.
 *
 * @param status the HTTP status
 * @param contentType the type of the body, with its charset
 * @param body the body; not to be changed afterwards
 * @param headers further headers; {@link AdminServer} adds the date and the length
 */
@SuppressWarnings("ArrayRecordComponent") // A copy of a large body would be wasted.
public record AdminResponse(
    int status, String contentType, byte[] body, Map<String, String> headers) {

  /** Returns a response with a line of text. */
  public static AdminResponse text(int status, String line) {
    String body = line.isEmpty() ? "" : line + "\n";
    return new AdminResponse(status, "text/plain; charset=utf-8", body.getBytes(UTF_8), Map.of());
  }

  /** Returns the refusal of a method, with the allowed ones, for example {@code GET, HEAD}. */
  public static AdminResponse methodNotAllowed(String allowed) {
    return new AdminResponse(
        405, "text/plain; charset=utf-8", new byte[0], Map.of("Allow", allowed));
  }
}
