package dev.holdfast.server.runtime.network;

import dev.holdfast.server.api.wire.RequestListener;
import io.grpc.ServerStreamTracer;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** What is known of a call while its requests come in. Belongs to the thread of its connection. */
final class GuardedCall extends ServerStreamTracer {
  /** The part of a call that the limit of open calls pays for. */
  private static final int FREE_BYTES = 2048;

  /** What the objects around the bytes of a frame take. */
  private static final int FRAME_BYTES = 256;

  /** What gRPC writes before each message: a byte of flags, and the length. */
  private static final int PREFIX_BYTES = 5;

  private static final long LENGTH_MASK = 0xffff_ffffL;

  /** Less than clients send at a time, even for many calls side by side. */
  private static final int USUAL_FRAME_BYTES = 4 * 1024;

  private final GuardedConnection connection;
  private final boolean admitted;
  private final int begunAtSweep;
  private final long headerBytes;

  private @Nullable RequestListener<?> listener;
  private boolean oneRequest = true;

  /**
   * Received of what was not read yet, or of a single request, which counts until it is answered.
   */
  private long unreadBytes;

  private int unreadFrames;

  /** The length that the prefix of a single request gives, as far as the prefix came in. */
  private long announcedBytes;

  private int prefixBytesLeft = PREFIX_BYTES;
  private long takenBytes;
  private boolean anyRead;
  private boolean ended;
  private boolean refused;

  GuardedCall(GuardedConnection connection, boolean admitted, int begunAtSweep, long headerBytes) {
    this.connection = connection;
    this.admitted = admitted;
    this.begunAtSweep = begunAtSweep;
    this.headerBytes = headerBytes;
  }

  boolean admitted() {
    return admitted;
  }

  void started(RequestListener<?> listener, boolean oneRequest) {
    this.listener = listener;
    this.oneRequest = oneRequest;
  }

  /** Notes a frame of data. */
  void received(ByteBuf data, boolean end) {
    received(data.readableBytes(), end);
    int read = Math.min(prefixBytesLeft, data.readableBytes());
    for (int i = 0; i < read; i++) {
      // The first byte, whether the message is compressed, falls out at the top.
      announcedBytes =
          (announcedBytes << Byte.SIZE | data.getUnsignedByte(data.readerIndex() + i))
              & LENGTH_MASK;
    }
    prefixBytesLeft -= read;
  }

  private void received(int bytes, boolean end) {
    unreadBytes += bytes;
    unreadFrames++;
    ended |= end;
  }

  /** Notes the end of a call that sent nothing. */
  void endedEmpty() {
    received(0, true);
  }

  /** Whether its only request came in a single frame, so that it is read at once. */
  boolean cameAtOnce() {
    return oneRequest && ended && unreadFrames == 1;
  }

  @Override
  public void inboundMessageRead(int number, long wireBytes, long unpackedBytes) {
    anyRead = true;
    if (!oneRequest) {
      unreadBytes -= PREFIX_BYTES + wireBytes;
      if (unreadBytes <= 0) {
        unreadFrames = 0;
      }
      var unused = connection.settle(this);
    }
  }

  /**
   * How many more bytes it needs to take, or fewer, after what came in and was read. A single
   * request takes room for all of it when it begins: requests that come in side by side would
   * otherwise fill the room with their first halves, and none of them could be completed.
   */
  long neededBytes() {
    long received = unreadBytes + (long) FRAME_BYTES * unreadFrames;
    long held = headerBytes + Math.max(received, awaitedBytes());
    return Math.max(0, held - FREE_BYTES) - takenBytes;
  }

  /** What its single request takes once all of it is here. */
  private long awaitedBytes() {
    if (!oneRequest
        || prefixBytesLeft > 0
        || announcedBytes > NetworkLimits.LARGEST_REQUEST_BYTES) {
      // gRPC refuses one that is too large as soon as its prefix is here.
      return 0;
    }
    long bytes = PREFIX_BYTES + announcedBytes;
    return bytes + FRAME_BYTES * (1 + bytes / USUAL_FRAME_BYTES);
  }

  void taken(long bytes) {
    takenBytes += bytes;
  }

  long takenBytes() {
    return takenBytes;
  }

  /** Whether its caller has had more than one time from sweep to sweep to send a request. */
  boolean overdue(int sweep) {
    return sweep - begunAtSweep > 1 && !refused && !ended && (oneRequest || !anyRead);
  }

  boolean refused() {
    return refused;
  }

  /** Ends it before its requests are complete. */
  void refuse(StatusRuntimeException refusal) {
    refused = true;
    // Without one gRPC has refused the call itself.
    if (listener != null) {
      listener.refuse(refusal);
    }
  }
}
