package dev.holdfast.server.runtime.admin;

import dev.holdfast.server.runtime.security.tls.TlsPeer;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.SimpleChannelInboundHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.FullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpMethod;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpUtil;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.grpc.netty.shaded.io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the admin port. It responds to a request before it begins the next one, so that
 * responses keep the order of their requests. Used by the event loop only.
 */
final class AdminConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
  /** Maximum bytes of responses that wait for clients to read them. */
  static final long MAX_UNSENT_BYTES = 32L << 20;

  private final AdminServer server;

  /** Requests that came together with one that a handler responds to: at most one read of them. */
  private final Queue<Received> received = new ArrayDeque<>();

  private boolean busy;
  private @Nullable Future<?> end;

  /** A request; null if it is malformed. */
  private record Received(@Nullable AdminRequest request, boolean head, boolean keepAlive) {}

  AdminConnection(AdminServer server) {
    this.server = server;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    Set<Channel> waiting = server.waiting();
    if (waiting.size() >= AdminServer.CONNECTIONS) {
      Channel oldest = waiting.iterator().next();
      waiting.remove(oldest);
      var unused = oldest.close();
    }
    waitForRequest(context);
  }

  private void waitForRequest(ChannelHandlerContext context) {
    Channel channel = context.channel();
    if (!channel.isActive()) {
      return;
    }
    server.waiting().add(channel);
    end =
        context
            .executor()
            .schedule(() -> closeUnread(channel), server.requestSeconds(), TimeUnit.SECONDS);
  }

  private static void closeUnread(Channel channel) {
    var unused = channel.close();
  }

  private void endWait(ChannelHandlerContext context) {
    server.waiting().remove(context.channel());
    if (end != null) {
      end.cancel(false);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    endWait(context);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest message) {
    InetSocketAddress client = (InetSocketAddress) context.channel().remoteAddress();
    received.add(
        new Received(
            HttpMessages.request(message, client.getAddress(), certificates(context)),
            message.method().equals(HttpMethod.HEAD),
            HttpUtil.isKeepAlive(message) && message.decoderResult().isSuccess()));
    if (!busy) {
      respond(context);
    }
  }

  private static List<X509Certificate> certificates(ChannelHandlerContext context) {
    SslHandler tls = context.pipeline().get(SslHandler.class);
    return TlsPeer.certificates(tls == null ? null : tls.engine().getSession());
  }

  /** Responds to the received requests, until a handler takes its time or none is left. */
  private void respond(ChannelHandlerContext context) {
    while (!received.isEmpty()) {
      if (!context.channel().isWritable()) {
        // Unread responses of a client that keeps sending requests would fill the memory.
        var unused = context.close();
        return;
      }
      endWait(context);
      Received next = received.remove();
      AdminResponse response =
          next.request() == null
              ? AdminResponse.text(400, "not a request")
              : server.atOnce(next.request());
      if (response == null) {
        handle(context, next, Objects.requireNonNull(next.request()));
        return;
      }
      send(context, next, response);
    }
  }

  private void handle(ChannelHandlerContext context, Received received, AdminRequest request) {
    busy = true;
    context.channel().config().setAutoRead(false);
    server
        .handlers()
        .respond(
            request,
            response ->
                context
                    .executor()
                    .execute(
                        () -> {
                          busy = false;
                          send(context, received, response);
                          respond(context);
                          context.channel().config().setAutoRead(!busy);
                        }));
  }

  private void send(ChannelHandlerContext context, Received request, AdminResponse response) {
    boolean head = request.head();
    int bytes = head ? 0 : response.body().length;
    if (server.unsentBytes().addAndGet(bytes) > MAX_UNSENT_BYTES && bytes > 0) {
      server.unsentBytes().addAndGet(-bytes);
      var unused = context.close();
      return;
    }
    FullHttpResponse message = HttpMessages.response(response, head);
    HttpUtil.setKeepAlive(message, request.keepAlive());
    ChannelFuture sent = context.writeAndFlush(message);
    var unused = sent.addListener(done -> server.unsentBytes().addAndGet(-bytes));
    if (request.keepAlive()) {
      waitForRequest(context);
    } else {
      received.clear();
      unused = sent.addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** Closes the connection without a log line: client errors are expected. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    var unused = context.close();
  }
}
