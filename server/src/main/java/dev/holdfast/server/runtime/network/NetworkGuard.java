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
 * Keeps the connections, calls and requests of all clients within {@link NetworkLimits}. gRPC
 * limits only a single message and a single connection, so a client that opens many of them could
 * use up all memory.
 */
public final class NetworkGuard implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast.network");

  private final NetworkLimits limits;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicLong requestBytes = new AtomicLong();
  private final LineLimit lines = new LineLimit();

  /**
   * The call whose headers the current thread is reading; gRPC creates the call's objects
   * meanwhile.
   */
  private static final ThreadLocal<@Nullable GuardedCall> BEGINNING = new ThreadLocal<>();

  public NetworkGuard(NetworkLimits limits) {
    this.limits = limits;
  }

  /** Returns the number of open connections. */
  public int connectionCount() {
    return connections.get();
  }

  /** Returns the number of open calls. */
  public int callCount() {
    return calls.get();
  }

  /** Returns the bytes of requests that are being received or not answered yet. */
  public long requestBytes() {
    return requestBytes.get();
  }

  NetworkLimits limits() {
    return limits;
  }

  /** Returns the same negotiator with its connections guarded. */
  public ProtocolNegotiator guarded(ProtocolNegotiator negotiator) {
    return new ProtocolNegotiator() {
      @Override
      public AsciiString scheme() {
        return negotiator.scheme();
      }

      @Override
      public ChannelHandler newHandler(GrpcHttp2ConnectionHandler http2) {
        http2.decoder().frameListener(new GuardedConnection(NetworkGuard.this, http2));
        return new ConnectionLimiter(negotiator.newHandler(http2));
      }

      @Override
      public void close() {
        negotiator.close();
      }
    };
  }

  /** Closes a connection beyond the limit before anything is read from it. */
  private final class ConnectionLimiter extends ChannelInboundHandlerAdapter {
    private final ChannelHandler next;

    ConnectionLimiter(ChannelHandler next) {
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
      warn(context, limits.connections() + " others are open");
      unused = context.close();
    }
  }

  /** Logs that a connection was closed, at most once a minute. */
  void warn(ChannelHandlerContext context, String why) {
    long suppressed = lines.admit();
    if (suppressed >= 0) {
      LOG.warn(
          "closed connection from {}: {}; {} more closed since the last line",
          context.channel().remoteAddress(),
          why,
          suppressed);
    }
  }

  /** Counts a call if the limit allows it. Returns whether it did. */
  boolean admitCall(int openOnConnection) {
    if (calls.incrementAndGet() <= limits.calls() || openOnConnection < limits.callsOfEach()) {
      return true;
    }
    calls.decrementAndGet();
    return false;
  }

  void callClosed() {
    calls.decrementAndGet();
  }

  /**
   * Reserves bytes for requests if the budget allows it. A connection may hold as much as it leaves
   * to all others.
   */
  boolean reserveBytes(long bytes, long heldByConnection) {
    long held = requestBytes.addAndGet(bytes);
    long left = limits.requestBytes() - held;
    if (heldByConnection + bytes <= Math.max(left, limits.requestBytesOfEach())) {
      return true;
    }
    requestBytes.addAndGet(-bytes);
    return false;
  }

  void releaseBytes(long bytes) {
    requestBytes.addAndGet(-bytes);
  }

  StatusRuntimeException tooManyCalls() {
    return Statuses.of(Rejections.overloaded(calls.get(), "calls are open"));
  }

  StatusRuntimeException tooManyBytes() {
    return Statuses.of(
        Rejections.overloaded((int) requestBytes.get(), "bytes of requests are under way"));
  }

  /** Returns the tracers through which the guard learns which messages were read. */
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

  /**
   * Starts the call if it is admitted. Must be the last interceptor before a service whose requests
   * this server reads itself.
   */
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
