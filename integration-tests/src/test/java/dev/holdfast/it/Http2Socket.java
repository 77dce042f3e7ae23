package dev.holdfast.it;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Exception;
import io.grpc.netty.shaded.io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;

/** A connection on which any frames of HTTP/2 can be written, in any order (RFC 9113). */
final class Http2Socket implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int END_STREAM = 1;
  static final int ENHANCE_YOUR_CALM = 11;

  private static final int END_HEADERS = 4;

  /** Only a test that fails waits for so long. */
  private static final int LIMIT_MILLIS = 60_000;

  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  private final Socket socket;
  private final DataOutputStream out;
  private final DataInputStream in;
  private final DefaultHttp2HeadersDecoder headers = new DefaultHttp2HeadersDecoder();

  /** One frame that came in. */
  record Frame(int type, int flags, int stream, ByteBuffer payload) {
    /** Of a GOAWAY, the reason why. */
    int error() {
      return payload.getInt(Integer.BYTES);
    }
  }

  /** Connects, and begins as HTTP/2 has it. */
  Http2Socket(String target) throws IOException {
    int colon = target.lastIndexOf(':');
    socket = new Socket(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)));
    socket.setSoTimeout(LIMIT_MILLIS);
    out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
    in = new DataInputStream(socket.getInputStream());
    out.write(PREFACE);
    write(SETTINGS, 0, 0);
    out.flush();
  }

  /** Writes a frame; {@link #flush} sends it. */
  void write(int type, int flags, int stream, byte... payload) throws IOException {
    out.writeByte(payload.length >> 16);
    out.writeShort(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
  }

  /** Begins a call of a method. */
  void begin(int stream, String method) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", "/" + method);
    header(block, ":authority", "localhost");
    header(block, "content-type", "application/grpc");
    header(block, "te", "trailers");
    write(HEADERS, END_HEADERS, stream, block.toByteArray());
  }

  /** A literal without indexing, of less than 127 characters (RFC 7541, 6.2.2). */
  private static void header(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    block.write(name.length());
    block.writeBytes(name.getBytes(US_ASCII));
    block.write(value.length());
    block.writeBytes(value.getBytes(US_ASCII));
  }

  void flush() throws IOException {
    out.flush();
  }

  /** The next frame. */
  Frame read() throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt();
    return new Frame(type, flags, stream, ByteBuffer.wrap(in.readNBytes(length)));
  }

  /** The next frame of this type; what comes before it is dropped. */
  Frame read(int type) throws IOException {
    while (true) {
      Frame frame = read();
      if (frame.type() == type) {
        return frame;
      }
    }
  }

  /** The headers of a frame; all of a connection have to be read in their order. */
  Http2Headers headers(Frame frame) throws Http2Exception {
    return headers.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
