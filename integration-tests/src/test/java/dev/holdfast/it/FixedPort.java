package dev.holdfast.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A port for all servers of a campaign, so that its clients find the next one by themselves. It is
 * bound here as long as the campaign lasts: no other program is given it while no server listens,
 * and a server may listen on it all the same, since neither side insists on having it alone.
 */
final class FixedPort implements AutoCloseable {
  private final Socket holder = new Socket();

  FixedPort() throws IOException {
    holder.setReuseAddress(true);
    holder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  /** As {@code 127.0.0.1:PORT}. */
  String address() {
    return "127.0.0.1:" + holder.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    holder.close();
  }
}
