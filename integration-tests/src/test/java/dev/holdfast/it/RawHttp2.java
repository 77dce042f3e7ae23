package dev.holdfast.it;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;

/** A connection that says what HTTP/2 says first, and then only what it is told to. */
final class RawHttp2 {
  /** The type of a frame of settings (RFC 9113, 6.5). */
  static final int SETTINGS = 4;

  /** What comes first on a connection, and settings of no entries (RFC 9113, 3.4 and 6.5). */
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  private static final byte[] NO_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};

  private RawHttp2() {}

  static Socket connect(String target) throws IOException {
    int colon = target.lastIndexOf(':');
    Socket socket =
        new Socket(target.substring(0, colon), Integer.parseInt(target.substring(colon + 1)));
    socket.getOutputStream().write(PREFACE);
    socket.getOutputStream().write(NO_SETTINGS);
    return socket;
  }

  /** Reads one frame, and returns its type. */
  static int typeOfNextFrame(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    // Flags and stream, and what is in it.
    in.skipNBytes(5 + length);
    return type;
  }
}
