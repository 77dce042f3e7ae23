package dev.holdfast.testing.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A port for all servers of a test, so that clients find the next one by themselves. It is bound
 * here as long as the test lasts: no other program is given it while no server listens, and a
 * server may listen on it all the same, since neither side insists on having it alone.
 */
public final class FixedPort implements AutoCloseable {
  private final Socket holder = new Socket();

  /**
   * Takes a free port of loopback.
   *
   * @throws IOException if there is none
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

  /** Gives the port back. */
  @Override
  public void close() throws IOException {
    holder.close();
  }
}
