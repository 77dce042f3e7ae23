package dev.holdfast.server.api.wire;

import com.google.protobuf.Message;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;

/**
 * Receives requests from the transport: reads small requests and only copies the bytes of large
 * ones. gRPC's own marshaller throws for an invalid message, which ends the call as UNKNOWN.
 */
final class RequestMarshaller<Q extends Message> implements Marshaller<IncomingRequest<Q>> {
  /** One byte larger than a small message, to detect a larger one. */
  private static final ThreadLocal<byte[]> BUFFER =
      ThreadLocal.withInitial(() -> new byte[RequestReader.SMALL_BYTES + 1]);

  private final RequestReader<Q> reader;

  RequestMarshaller(RequestReader<Q> reader) {
    this.reader = reader;
  }

  @Override
  public IncomingRequest<Q> parse(InputStream stream) {
    try {
      // Only uncompressed requests know their length; see PackedRequests.
      return stream instanceof KnownLength
          ? plain(stream, stream.available())
          : packed(stream.readAllBytes());
    } catch (MalformedException e) {
      return new IncomingRequest.Malformed<>(e.rejection());
    } catch (IOException e) {
      throw Status.INTERNAL
          .withDescription("cannot read the request")
          .withCause(e)
          .asRuntimeException();
    }
  }

  private IncomingRequest<Q> plain(InputStream stream, int length)
      throws MalformedException, IOException {
    if (length <= RequestReader.SMALL_BYTES) {
      byte[] buffer = BUFFER.get();
      int read = stream.readNBytes(buffer, 0, length);
      return new IncomingRequest.Message<>(reader.read(buffer, read));
    }
    byte[] bytes = new byte[length];
    stream.readNBytes(bytes, 0, length);
    return new IncomingRequest.Unread<>(bytes, false);
  }

  private IncomingRequest<Q> packed(byte[] bytes) throws MalformedException {
    byte[] buffer = BUFFER.get();
    int read = RequestReader.unpack(bytes, buffer);
    return read <= RequestReader.SMALL_BYTES
        ? new IncomingRequest.Message<>(reader.read(buffer, read))
        : new IncomingRequest.Unread<>(bytes, true);
  }

  @Override
  public InputStream stream(IncomingRequest<Q> request) {
    throw new UnsupportedOperationException("a server sends no requests");
  }
}
