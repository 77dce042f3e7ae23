package dev.holdfast.server.runtime.network;

import dev.holdfast.server.api.convert.Statuses;
import dev.holdfast.server.api.wire.RequestListener;
import dev.holdfast.server.ledger.rules.Rejections;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerStreamTracer;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiator.ProtocolNegotiator;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.util.AsciiString;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the connections, calls and requests of all clients within {@link NetworkLimits}. gRPC has
 * no limits of its own but for one message and one connection, so that a client who opens many of
 * them takes all memory.
 */
public final class NetworkGuard implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast.network");

  private final NetworkLimits limits;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicLong requestBytes = new AtomicLong();
  private final LineLimit lines = new LineLimit();

  /** The call whose headers the current thread is reading; gRPC makes what belongs to it then. */
  private static final ThreadLocal<@Nullable GuardedCall> BEGINNING = new ThreadLocal<>();

  public NetworkGuard(NetworkLimits limits) {
    this.limits = limits;
  }

  NetworkLimits limits() {
    return limits;
  }

  /** The same way of opening connections, guarded. */
  public ProtocolNegotiator guarded(ProtocolNegotiator negotiator) {
    return new ProtocolNegotiator() {
      @Override
      public AsciiString scheme() {
        return negotiator.scheme();
      }

      @Override
      public ChannelHandler newHandler(GrpcHttp2ConnectionHandler http2) {
        http2.decoder().frameListener(new GuardedConnection(NetworkGuard.this, http2));
        return new Entrance(negotiator.newHandler(http2));
      }

      @Override
      public void close() {
        negotiator.close();
      }
    };
  }

  /** Closes a connection that is one too many, before anything is read from it. */
  private final class Entrance extends ChannelInboundHandlerAdapter {
    private final ChannelHandler next;

    Entrance(ChannelHandler next) {
      this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      int open = connections.incrementAndGet();
      var unused =
          context.channel().closeFuture().addListener(closed -> connections.decrementAndGet());
      if (open <= limits.connections()) {
        context.pipeline().replace(this, null, next);
        return;
      }
      warn(context, "as " + limits.connections() + " others are open");
      unused = context.close();
    }
  }

  /** Logs that a connection is closed, at most once in a while. */
  void warn(ChannelHandlerContext context, String why) {
    long others = lines.admit();
    if (others >= 0) {
      LOG.warn(
          "closed the connection from {}, {}; {} more were closed without a line since the last"
              + " one",
          context.channel().remoteAddress(),
          why,
          others);
    }
  }

  /** Counts a call where there is room for one. */
  boolean admitCall(int openOnItsConnection) {
    if (calls.incrementAndGet() <= limits.calls() || openOnItsConnection < limits.callsOfEach()) {
      return true;
    }
    calls.decrementAndGet();
    return false;
  }

  void callClosed() {
    calls.decrementAndGet();
  }

  /**
   * Takes room for requests where there is some. A connection may have as much as it leaves to all
   * others.
   */
  boolean takeBytes(long bytes, long heldByItsConnection) {
    long held = requestBytes.addAndGet(bytes);
    long left = limits.requestBytes() - held;
    if (heldByItsConnection + bytes <= Math.max(left, limits.requestBytesOfEach())) {
      return true;
    }
    requestBytes.addAndGet(-bytes);
    return false;
  }

  void giveBytes(long bytes) {
    requestBytes.addAndGet(-bytes);
  }

  StatusRuntimeException tooManyCalls() {
    return Statuses.of(Rejections.overloaded(calls.get(), "calls are open"));
  }

  StatusRuntimeException tooManyBytes() {
    return Statuses.of(
        Rejections.overloaded((int) requestBytes.get(), "bytes of requests are under way"));
  }

  /** What tells the guard which messages were read. */
  public ServerStreamTracer.Factory tracers() {
    return new ServerStreamTracer.Factory() {
      @Override
      public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return Objects.requireNonNull(BEGINNING.get());
      }
    };
  }

  void begin(GuardedCall call) {
    BEGINNING.set(call);
  }

  void begun() {
    BEGINNING.remove();
  }

  /** To be the last interceptor before the service, whose requests are read by us. */
  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    GuardedCall guarded = Objects.requireNonNull(BEGINNING.get());
    if (!guarded.admitted()) {
      StatusRuntimeException refusal = tooManyCalls();
      call.close(refusal.getStatus(), Objects.requireNonNull(refusal.getTrailers()));
      return new ServerCall.Listener<>() {};
    }
    ServerCall.Listener<Q> listener = next.startCall(call, headers);
    guarded.started(
        (RequestListener<?>) listener,
        call.getMethodDescriptor().getType().clientSendsOneMessage());
    return listener;
  }
}
