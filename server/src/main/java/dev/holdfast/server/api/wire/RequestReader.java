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
  /** What is no larger is read where it came in: that costs less than a hop to another thread. */
  static final int SMALL_BYTES = 64 * 1024;

  static final int LARGEST_BYTES = 16 * 1024 * 1024;

  private final Parser<Q> parser;
  private final MessageShape shape;

  /**
   * A reader of messages such as this one.
   *
   * @param limits how many elements repeated fields may have, by their full names
   */
  @SuppressWarnings("unchecked") // The parser of a message makes messages of its type.
  RequestReader(Q prototype, Map<String, Integer> limits) {
    // Nobody looks at unknown fields, and each would be kept as some objects.
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
      // Again, to say where.
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
      message = unpacked.readNBytes(LARGEST_BYTES + 1);
    } catch (IOException e) {
      throw notGzip();
    }
    if (message.length > LARGEST_BYTES) {
      throw new MalformedException("", "must have at most " + LARGEST_BYTES + " bytes");
    }
    return message;
  }

  /**
   * Unpacks the beginning of a message.
   *
   * @return how much of the buffer it fills
   */
  static int unpack(byte[] bytes, byte[] buffer) throws MalformedException {
    try (InputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      return unpacked.readNBytes(buffer, 0, buffer.length);
    } catch (IOException e) {
      throw notGzip();
    }
  }

  private static MalformedException notGzip() {
    return new MalformedException("", "is said to be compressed with gzip, and is not");
  }
}
