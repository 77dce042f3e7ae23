package dev.holdfast.server.runtime.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderNames;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpMethod;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponseStatus;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import io.grpc.netty.shaded.io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.security.cert.X509Certificate;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts between Netty's messages and those of the handlers. */
final class HttpMessages {
  private static final int MAX_PARAMETERS = 64;

  /** The date format of RFC 9110, 5.6.7. */
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US);

  private HttpMessages() {}

  /** Returns the request; null if it is malformed. */
  static @Nullable AdminRequest request(
      FullHttpRequest message, InetAddress client, List<X509Certificate> certificates) {
    if (message.decoderResult().isFailure()) {
      return null;
    }
    try {
      URI uri = new URI(message.uri());
      String path = uri.getPath();
      if (path == null) {
        return null;
      }
      String query = uri.getRawQuery() == null ? "" : uri.getRawQuery();
      Map<String, String> headers = new LinkedHashMap<>();
      message
          .headers()
          .forEach(
              entry ->
                  headers.putIfAbsent(entry.getKey().toLowerCase(Locale.ROOT), entry.getValue()));
      HttpMethod method =
          message.method().equals(HttpMethod.HEAD) ? HttpMethod.GET : message.method();
      return new AdminRequest(
          method.name(),
          path,
          new QueryStringDecoder(query, UTF_8, false, MAX_PARAMETERS).parameters(),
          headers,
          message.content().toString(UTF_8),
          client,
          certificates);
    } catch (URISyntaxException | IllegalArgumentException e) {
      return null;
    }
  }

  /** Returns the message of a response; without its body for a HEAD request. */
  static FullHttpResponse response(AdminResponse response, boolean head) {
    FullHttpResponse message =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(response.status()),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(response.body()));
    response.headers().forEach(message.headers()::set);
    message
        .headers()
        .set(HttpHeaderNames.DATE, HTTP_DATE.format(ZonedDateTime.now(ZoneOffset.UTC)))
        .set(HttpHeaderNames.CONTENT_TYPE, response.contentType())
        .set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
    return message;
  }
}
