package dev.holdfast.server.runtime.admin;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A complete request on the admin port, within the limits of {@link AdminServer}.
 *
 * @param method {@code GET} or {@code POST}. A HEAD request is given as GET, and {@link
 *     AdminServer} leaves the body of the response out
 * @param path the decoded path
 * @param query the decoded parameters in the order received; a parameter without a value has the
 *     value ""
 * @param headers the first value of each header, by its name in lower case
 * @param body the body as UTF-8; empty if there is none
 * @param client the address of the client
 * @param certificates the certificates that the client showed, its own first; empty for none
 */
public record AdminRequest(
    String method,
    String path,
    Map<String, List<String>> query,
    Map<String, String> headers,
    String body,
    InetAddress client,
    List<X509Certificate> certificates) {

  /** Returns the first value of a parameter; null if it is missing. */
  public @Nullable String parameter(String name) {
    List<String> values = query.get(name);
    return values == null || values.isEmpty() ? null : values.get(0);
  }

  /** Returns a header; null if it is missing. */
  public @Nullable String header(String lowerCaseName) {
    return headers.get(lowerCaseName);
  }
}
