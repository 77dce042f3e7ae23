package dev.holdfast.server.runtime.network;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.ByteBufUtil;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Connection;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Error;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Flags;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Settings;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Stream;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Counts and limits the frames of one connection before gRPC sees them. Used by the connection's
 * thread only.
 */
final class GuardedConnection extends Http2FrameListenerDecorator {
  /** Heap bytes of the objects around one header entry. */
  private static final int HEADER_BYTES = 128;

  /**
   * One other frame counts as this many window updates, which are cheap and which a busy client has
   * reason to send often.
   */
  private static final int WINDOW_UPDATES_PER_FRAME = 16;

  private static final long IDLE_FRAMES_NANOS = TimeUnit.SECONDS.toNanos(NetworkLimits.SECONDS);

  /** Time that the client of a rejected call has to end the stream before it is reset. */
  private static final int REFUSED_SECONDS = 1;

  private final NetworkGuard guard;
  private final GrpcHttp2ConnectionHandler http2;
  private final Http2Connection connection;
  private final Http2Connection.PropertyKey callKey;
  private int openCalls;
  private long reservedBytes;
  private long idleSinceNanos = System.nanoTime();
  private long idleFrames;
  private int sweep;
  private boolean sweeping;

  GuardedConnection(NetworkGuard guard, GrpcHttp2ConnectionHandler http2) {
    super(http2.decoder().frameListener());
    this.guard = guard;
    this.http2 = http2;
    connection = http2.connection();
    callKey = connection.newKey();
    connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamClosed(Http2Stream stream) {
            GuardedCall call = stream.getProperty(callKey);
            if (call != null) {
              closed(call);
            }
          }
        });
  }

  private void closed(GuardedCall call) {
    openCalls--;
    guard.callClosed();
    reservedBytes -= call.reservedBytes();
    guard.releaseBytes(call.reservedBytes());
  }

  private @Nullable GuardedCall call(int streamId) {
    Http2Stream stream = connection.stream(streamId);
    return stream == null ? null : stream.getProperty(callKey);
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext context,
      int streamId,
      Http2Headers headers,
      int dependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean end)
      throws Http2Exception {
    if (call(streamId) != null) {
      // gRPC would treat the end of a request as the start of another one.
      throw Http2Exception.streamError(
          streamId, Http2Error.PROTOCOL_ERROR, "gRPC's requests have no trailers");
    }
    boolean admitted = guard.admitCall(openCalls);
    GuardedCall call = new GuardedCall(this, admitted, sweep, size(headers));
    if (admitted) {
      openCalls++;
      connection.stream(streamId).setProperty(callKey, call);
    }
    guard.begin(call);
    try {
      super.onHeadersRead(context, streamId, headers, dependency, weight, exclusive, padding, end);
    } finally {
      guard.begun();
    }
    if (!admitted) {
      // After the rejection, which gRPC writes first.
      context.executor().execute(() -> reset(context, streamId));
    } else if (end) {
      call.endedEmpty();
    } else if (!updateReservation(call)) {
      refuse(context, streamId, call, guard.tooManyBytes());
    }
  }

  private static long size(Http2Headers headers) {
    long bytes = 0;
    for (Map.Entry<CharSequence, CharSequence> entry : headers) {
      bytes += HEADER_BYTES + entry.getKey().length() + entry.getValue().length();
    }
    return bytes;
  }

  /** Reserves or releases the bytes that a call needs. Returns false if the budget is exhausted. */
  boolean updateReservation(GuardedCall call) {
    long needed = call.neededBytes();
    if (needed > 0 && !guard.reserveBytes(needed, reservedBytes)) {
      return false;
    }
    if (needed < 0) {
      guard.releaseBytes(-needed);
    }
    reservedBytes += needed;
    call.reserved(needed);
    return true;
  }

  private void refuse(
      ChannelHandlerContext context,
      int streamId,
      GuardedCall call,
      StatusRuntimeException refusal) {
    call.refuse(refusal);
    var unused =
        context
            .executor()
            .schedule(() -> reset(context, streamId), REFUSED_SECONDS, TimeUnit.SECONDS);
  }

  /** Resets a stream whose client continues although the call is over. */
  private void reset(ChannelHandlerContext context, int streamId) {
    if (connection.stream(streamId) != null) {
      var unused =
          http2.resetStream(context, streamId, Http2Error.NO_ERROR.code(), context.newPromise());
      context.flush();
    }
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext context, int streamId, ByteBuf data, int padding, boolean end)
      throws Http2Exception {
    if (!data.isReadable() && !end) {
      countIdle(context, WINDOW_UPDATES_PER_FRAME);
      return padding;
    }
    GuardedCall call = call(streamId);
    if (call == null || call.refused()) {
      return padding;
    }
    call.received(data, end);
    if (!updateReservation(call)) {
      refuse(context, streamId, call, guard.tooManyBytes());
      return padding;
    }
    if (call.isSingleFrame()) {
      return super.onDataRead(context, streamId, data, padding, true);
    }
    // A partial message is retained until the rest arrives. Retaining the network buffer itself
    // would also retain everything that was received with it, outside of the heap.
    ByteBuf copy = Unpooled.wrappedBuffer(ByteBufUtil.getBytes(data));
    try {
      return super.onDataRead(context, streamId, copy, padding, end);
    } finally {
      copy.release();
    }
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext context, Http2Settings settings)
      throws Http2Exception {
    countIdle(context, WINDOW_UPDATES_PER_FRAME);
    if (!sweeping) {
      sweeping = true;
      int seconds = guard.limits().requestSeconds();
      var sweeps =
          context
              .executor()
              .scheduleAtFixedRate(() -> sweep(context), seconds, seconds, TimeUnit.SECONDS);
      var unused = context.channel().closeFuture().addListener(closed -> sweeps.cancel(false));
    }
    super.onSettingsRead(context, settings);
  }

  /** Rejects the calls that started a while ago and have not completed a request since. */
  private void sweep(ChannelHandlerContext context) {
    sweep++;
    try {
      connection.forEachActiveStream(
          stream -> {
            GuardedCall call = stream.getProperty(callKey);
            if (call != null && call.overdue(sweep)) {
              refuse(context, stream.id(), call, overdue());
            }
            return true;
          });
    } catch (Http2Exception e) {
      throw new IllegalStateException("the visitor does not throw", e);
    }
  }

  private StatusRuntimeException overdue() {
    return Status.DEADLINE_EXCEEDED
        .withDescription(
            "the request was not received within " + guard.limits().requestSeconds() + " s")
        .asRuntimeException();
  }

  /** Counts a frame that carries no data of a call. */
  private void countIdle(ChannelHandlerContext context, int windowUpdates) throws Http2Exception {
    long now = System.nanoTime();
    if (now - idleSinceNanos > IDLE_FRAMES_NANOS) {
      idleSinceNanos = now;
      idleFrames = 0;
    }
    idleFrames += windowUpdates;
    if (idleFrames > (long) WINDOW_UPDATES_PER_FRAME * guard.limits().idleFrames()) {
      String why = "more than " + guard.limits().idleFrames() + " frames in 10 s carry no data";
      guard.warn(context, why);
      throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, why);
    }
  }

  @Override
  public void onWindowUpdateRead(ChannelHandlerContext context, int streamId, int increment)
      throws Http2Exception {
    countIdle(context, 1);
    super.onWindowUpdateRead(context, streamId, increment);
  }

  @Override
  public void onPriorityRead(
      ChannelHandlerContext context, int streamId, int dependency, short weight, boolean exclusive)
      throws Http2Exception {
    countIdle(context, WINDOW_UPDATES_PER_FRAME);
    super.onPriorityRead(context, streamId, dependency, weight, exclusive);
  }

  @Override
  public void onSettingsAckRead(ChannelHandlerContext context) throws Http2Exception {
    countIdle(context, WINDOW_UPDATES_PER_FRAME);
    super.onSettingsAckRead(context);
  }

  @Override
  public void onPingRead(ChannelHandlerContext context, long data) throws Http2Exception {
    countIdle(context, WINDOW_UPDATES_PER_FRAME);
    super.onPingRead(context, data);
  }

  @Override
  public void onPingAckRead(ChannelHandlerContext context, long data) throws Http2Exception {
    countIdle(context, WINDOW_UPDATES_PER_FRAME);
    super.onPingAckRead(context, data);
  }

  @Override
  public void onGoAwayRead(
      ChannelHandlerContext context, int lastStreamId, long error, ByteBuf debugData)
      throws Http2Exception {
    countIdle(context, WINDOW_UPDATES_PER_FRAME);
    super.onGoAwayRead(context, lastStreamId, error, debugData);
  }

  @Override
  public void onUnknownFrame(
      ChannelHandlerContext context, byte type, int streamId, Http2Flags flags, ByteBuf payload)
      throws Http2Exception {
    countIdle(context, WINDOW_UPDATES_PER_FRAME);
    super.onUnknownFrame(context, type, streamId, flags, payload);
  }
}
