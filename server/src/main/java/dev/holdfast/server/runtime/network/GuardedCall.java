package dev.holdfast.server.runtime.network;

import dev.holdfast.server.api.wire.RequestListener;
import io.grpc.ServerStreamTracer;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/** Tracks the incoming bytes of one call. Used by the thread of its connection only. */
final class GuardedCall extends ServerStreamTracer {
  /** Bytes of a call that the limit on open calls already accounts for. */
  private static final int FREE_BYTES = 2048;

  /** Heap bytes of the objects around the payload of a frame. */
  private static final int FRAME_BYTES = 256;

  /** gRPC's message prefix: a flags byte and the length. */
  private static final int PREFIX_BYTES = 5;

  private static final long LENGTH_MASK = 0xffff_ffffL;

  /** Conservative frame size: clients send larger frames, even for many parallel calls. */
  private static final int USUAL_FRAME_BYTES = 4 * 1024;

  private final GuardedConnection connection;
  private final boolean admitted;
  private final int startSweep;
  private final long headerBytes;

  private @Nullable RequestListener<?> listener;
  private boolean oneRequest = true;

  /**
   * Bytes received and not read yet; for a unary request, all received bytes until it is answered.
   */
  private long unreadBytes;

  private int unreadFrames;

  /** The length in the prefix of a unary request, as far as the prefix was received. */
  private long announcedBytes;

  private int prefixBytesLeft = PREFIX_BYTES;
  private long reservedBytes;
  private boolean anyRead;
  private boolean ended;
  private boolean refused;

  GuardedCall(GuardedConnection connection, boolean admitted, int startSweep, long headerBytes) {
    this.connection = connection;
    this.admitted = admitted;
    this.startSweep = startSweep;
    this.headerBytes = headerBytes;
  }

  boolean admitted() {
    return admitted;
  }

  void started(RequestListener<?> listener, boolean oneRequest) {
    this.listener = listener;
    this.oneRequest = oneRequest;
  }

  /** Records a DATA frame. */
  void received(ByteBuf data, boolean end) {
    received(data.readableBytes(), end);
    int read = Math.min(prefixBytesLeft, data.readableBytes());
    for (int i = 0; i < read; i++) {
      // The first byte, the compression flag, is shifted out at the top.
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

  /** Records the end of a call that sent no data. */
  void endedEmpty() {
    received(0, true);
  }

  /** Returns whether the only request came in a single frame, so that it is read at once. */
  boolean isSingleFrame() {
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
      var unused = connection.updateReservation(this);
    }
  }

  /**
   * Returns how many more bytes the call must reserve; negative if it must release some. A unary
   * request reserves its whole announced length at the start: otherwise parallel requests could
   * fill the budget with their first halves, and none could complete.
   */
  long neededBytes() {
    long received = unreadBytes + (long) FRAME_BYTES * unreadFrames;
    long held = headerBytes + Math.max(received, announcedHeapBytes());
    return Math.max(0, held - FREE_BYTES) - reservedBytes;
  }

  /** Returns the bytes that the unary request takes once it is complete. */
  private long announcedHeapBytes() {
    if (!oneRequest
        || prefixBytesLeft > 0
        || announcedBytes > NetworkLimits.LARGEST_REQUEST_BYTES) {
      // gRPC rejects a message that is too large as soon as it has the prefix.
      return 0;
    }
    long bytes = PREFIX_BYTES + announcedBytes;
    return bytes + FRAME_BYTES * (1 + bytes / USUAL_FRAME_BYTES);
  }

  void reserved(long bytes) {
    reservedBytes += bytes;
  }

  long reservedBytes() {
    return reservedBytes;
  }

  /**
   * Returns whether the client has sent no complete request for more than one full sweep period.
   */
  boolean overdue(int sweep) {
    return sweep - startSweep > 1 && !refused && !ended && (oneRequest || !anyRead);
  }

  boolean refused() {
    return refused;
  }

  /** Rejects the call before its requests are complete. */
  void refuse(StatusRuntimeException refusal) {
    refused = true;
    // Without a listener, gRPC has already rejected the call.
    if (listener != null) {
      listener.refuse(refusal);
    }
  }
}
