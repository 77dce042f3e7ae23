package dev.holdfast.server.api.wire;

import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** Reads the requests of one method. */
final class RequestReader<Q extends Message> {
  /**
   * Maximum size of a message that is read on the network thread: reading it costs less than a hop
   * to another thread.
   */
  static final int SMALL_BYTES = 64 * 1024;

  static final int MAX_BYTES = 16 * 1024 * 1024;

  private final Parser<Q> parser;
  private final MessageShape shape;

  /**
   * Makes a reader for the type of this message.
   *
   * @param limits maximum number of elements of repeated fields, by full field name
   */
  @SuppressWarnings("unchecked") // The parser of a message makes messages of its type.
  RequestReader(Q prototype, Map<String, Integer> limits) {
    // Unknown fields are not used, and each would occupy several objects.
    parser = DiscardUnknownFieldsParser.wrap((Parser<Q>) prototype.getParserForType());
    shape = new MessageShape(prototype.getDescriptorForType(), limits);
  }

  /** Reads a message. */
  Q read(byte[] bytes, int length) throws MalformedException {
    if (length > SMALL_BYTES) {
      shape.check(bytes, length, false);
    }
    try {
      return parser.parseFrom(bytes, 0, length);
    } catch (InvalidProtocolBufferException e) {
      // Checks again, to find the invalid field.
      shape.check(bytes, length, true);
      throw new MalformedException("", "is not a protobuf message of its method's type");
    }
  }

  /** Reads a large message. */
  Q read(IncomingRequest.Unread<Q> request) throws MalformedException {
    byte[] bytes = request.compressed() ? unpack(request.bytes()) : request.bytes();
    return read(bytes, bytes.length);
  }

  private static byte[] unpack(byte[] bytes) throws MalformedException {
    byte[] message;
    try (InputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      message = unpacked.readNBytes(MAX_BYTES + 1);
    } catch (IOException e) {
      throw notGzip();
    }
    if (message.length > MAX_BYTES) {
      throw new MalformedException("", "must have at most " + MAX_BYTES + " bytes");
    }
    return message;
  }

  /**
   * Unpacks the beginning of a message.
   *
   * @return the number of bytes written to the buffer
   */
  static int unpack(byte[] bytes, byte[] buffer) throws MalformedException {
    try (InputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return unpacked.readNBytes(buffer, 0, buffer.length);
    } catch (IOException e) {
      throw notGzip();
    }
  }

  private static MalformedException notGzip() {
    return new MalformedException("", "is declared as gzip, but is not valid gzip data");
  }
}
