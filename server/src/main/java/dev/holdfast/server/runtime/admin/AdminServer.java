package dev.holdfast.server.runtime.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.server.runtime.network.Addresses;
import io.grpc.netty.shaded.io.netty.bootstrap.ServerBootstrap;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.SimpleChannelInboundHandler;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderNames;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpMethod;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpObjectAggregator;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponseStatus;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpServerCodec;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpUtil;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /livez} and {@code /readyz} over HTTP: 200, or 503 with the reason. One
 * non-blocking thread serves all connections, so a client that sends half a request or does not
 * read delays no other.
 */
public final class AdminServer implements AutoCloseable {
  /**
   * Maximum number of open connections; the one that has waited longest is closed for a new one.
   */
  private static final int CONNECTIONS = 100;

  /** Maximum time for a connection to complete its next request. */
  private static final int REQUEST_SECONDS = 10;

  private static final int LINE_BYTES = 4096;
  private static final int HEADERS_BYTES = 8192;
  private static final int BODY_BYTES = 4096;
  private static final int SEND_BUFFER_BYTES = 64 * 1024;
  private static final int END_SECONDS = 5;

  /** The date format of RFC 9110, 5.6.7. */
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US);

  private final EventLoopGroup thread =
      new MultiThreadIoEventLoopGroup(
          1, new DefaultThreadFactory("admin", true), NioIoHandler.newFactory());
  private final Supplier<String> unready;
  private final int requestSeconds;
  private final Channel listening;

  /**
   * Connections in the order in which they began to wait for a request. Used by the event loop
   * only.
   */
  private final Set<Channel> waiting = new LinkedHashSet<>();

  /**
   * Starts the server.
   *
   * @param unready returns the reason why the server is not ready; an empty string if it is ready
   */
  public AdminServer(InetSocketAddress address, Supplier<String> unready) throws IOException {
    this(address, unready, REQUEST_SECONDS);
  }

  AdminServer(InetSocketAddress address, Supplier<String> unready, int requestSeconds)
      throws IOException {
    this.unready = unready;
    this.requestSeconds = requestSeconds;
    ChannelFuture bound =
        new ServerBootstrap()
            .group(thread)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER_BYTES)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(
                            new HttpServerCodec(LINE_BYTES, HEADERS_BYTES, BODY_BYTES),
                            new HttpObjectAggregator(BODY_BYTES, true),
                            new Connection());
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    this.listening = bound.channel();
    if (!bound.isSuccess()) {
      close();
      throw new IOException(bound.cause().getMessage(), bound.cause());
    }
  }

  private final class Connection extends SimpleChannelInboundHandler<FullHttpRequest> {
    private @Nullable Future<?> end;

    @Override
    public void channelActive(ChannelHandlerContext context) {
      if (waiting.size() >= CONNECTIONS) {
        Channel oldest = waiting.iterator().next();
        waiting.remove(oldest);
        var unused = oldest.close();
      }
      waitForRequest(context);
    }

    private void waitForRequest(ChannelHandlerContext context) {
      Channel channel = context.channel();
      waiting.remove(channel);
      waiting.add(channel);
      if (end != null) {
        end.cancel(false);
      }
      end =
          context.executor().schedule(() -> closeUnread(channel), requestSeconds, TimeUnit.SECONDS);
    }

    private static void closeUnread(Channel channel) {
      var unused = channel.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      waiting.remove(context.channel());
      if (end != null) {
        end.cancel(false);
      }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
      if (!context.channel().isWritable()) {
        // Unread responses of a client that keeps sending requests would fill the memory.
        var unused = context.close();
        return;
      }
      waitForRequest(context);
      FullHttpResponse response = response(request);
      boolean keepAlive = HttpUtil.isKeepAlive(request) && request.decoderResult().isSuccess();
      HttpUtil.setKeepAlive(response, keepAlive);
      ChannelFuture sent = context.writeAndFlush(response);
      if (!keepAlive) {
        var unused = sent.addListener(ChannelFutureListener.CLOSE);
      }
    }

    /** Closes the connection without a log line: client errors are expected. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      var unused = context.close();
    }
  }

  private FullHttpResponse response(FullHttpRequest request) {
    String path = path(request);
    if (path == null) {
      return text(request, HttpResponseStatus.BAD_REQUEST, "not a request");
    }
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      FullHttpResponse response = text(request, HttpResponseStatus.METHOD_NOT_ALLOWED, "");
      response.headers().set(HttpHeaderNames.ALLOW, "GET, HEAD");
      return response;
    }
    switch (path) {
      case "/livez" -> {
        return text(request, HttpResponseStatus.OK, "ok");
      }
      case "/readyz" -> {
        String why = unready.get();
        return why.isEmpty()
            ? text(request, HttpResponseStatus.OK, "ok")
            : text(request, HttpResponseStatus.SERVICE_UNAVAILABLE, why);
      }
      default -> {
        return text(request, HttpResponseStatus.NOT_FOUND, "not found");
      }
    }
  }

  private static @Nullable String path(FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return null;
    }
    try {
      return new URI(request.uri()).getPath();
    } catch (URISyntaxException e) {
      return null;
    }
  }

  private static FullHttpResponse text(
      FullHttpRequest request, HttpResponseStatus status, String text) {
    byte[] body = text.isEmpty() ? new byte[0] : (text + "\n").getBytes(UTF_8);
    boolean head = request.method().equals(HttpMethod.HEAD);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            status,
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
    response
        .headers()
        .set(HttpHeaderNames.DATE, HTTP_DATE.format(ZonedDateTime.now(ZoneOffset.UTC)))
        .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    return response;
  }

  /** Returns the listening address as {@code HOST:PORT}, with the real port. */
  public String address() {
    return Addresses.hostPort((InetSocketAddress) listening.localAddress());
  }

  @Override
  public void close() {
    thread
        .shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(END_SECONDS, TimeUnit.SECONDS);
  }
}
