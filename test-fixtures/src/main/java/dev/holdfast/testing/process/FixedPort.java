package dev.holdfast.testing.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Reserves one port for all servers that a test starts in turn, so that clients reconnect to the
 * next server by themselves. A socket of this class stays bound to the port until {@link #close},
 * so the operating system gives the port to no other program while no server listens. A server can
 * still listen on the port, because both sides set {@code SO_REUSEADDR}.
 */
public final class FixedPort implements AutoCloseable {
  private final Socket holder = new Socket();

  /**
   * Reserves a free loopback port.
   *
   * @throws IOException if no port is free
   */
  public FixedPort() throws IOException {
    holder.setReuseAddress(true);
    holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /**
   * Returns the address to listen on and to connect to.
   *
   * @return {@code 127.0.0.1:PORT}
   */
  public String address() {
    return "127.0.0.1:" + holder.getLocalPort();
  }

  /** Releases the port. */
  @Override
  public void close() throws IOException {
    holder.close();
  }
}
