package dev.holdfast.testing.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Forwards TCP connections from a loopback port to a server, so that a test can break connections,
 * drop the server's responses, or refuse new connections. If one side closes a connection, the
 * relay closes the other side too.
 */
public final class Relay implements AutoCloseable {
  private static final int BUFFER_BYTES = 8192;

  private final ServerSocket listener;
  private final String host;
  private final int port;
  private final AtomicInteger accepted = new AtomicInteger();
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private volatile boolean refuses;
  private volatile CountDownLatch open = new CountDownLatch(0);

  /**
   * Listens on a free loopback port.
   *
   * @param target the server, as {@code HOST:PORT}; it need not run yet
   * @throws UncheckedIOException if there is no free port
   */
  public Relay(String target) {
    int colon = target.lastIndexOf(':');
    host = target.substring(0, colon);
    port = Integer.parseInt(target.substring(colon + 1));
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start("relay", this::accept);
  }

  /**
   * Returns the address that clients connect to.
   *
   * @return {@code 127.0.0.1:PORT}
   */
  public String target() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /**
   * Returns the number of connections that clients have made.
   *
   * @return the total since the start, including broken and refused connections
   */
  public int connections() {
    return accepted.get();
  }

  /**
   * Drops all further bytes from the server on the current connections, while bytes from clients
   * still reach the server. New connections are forwarded in both directions.
   */
  public void swallowAnswers() {
    connections.forEach(connection -> connection.swallows = true);
  }

  /**
   * Breaks every connection; new connections are still accepted.
   *
   * @throws IOException if a socket cannot be closed
   */
  public void cut() throws IOException {
    for (Connection connection : connections) {
      connection.close();
    }
  }

  /**
   * Sets whether new connections are broken at once, as if the server were down.
   *
   * @param refuses whether new connections are broken
   */
  public void refuse(boolean refuses) {
    this.refuses = refuses;
  }

  /** Mutes new connections: no bytes pass on them until {@link #letGo}. */
  public void hold() {
    open = new CountDownLatch(1);
  }

  /** Forwards the connections that {@link #hold} muted. */
  public void letGo() {
    open.countDown();
  }

  /** Breaks every connection, and accepts no new connections. */
  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }

  private void accept() throws IOException, InterruptedException {
    while (true) {
      Connection connection = new Connection(listener.accept());
      connections.add(connection);
      accepted.incrementAndGet();
      if (refuses) {
        connection.close();
        continue;
      }
      open.await();
      try {
        connection.connect();
      } catch (IOException e) {
        // The server is down. The client sees a broken connection.
        connection.close();
        continue;
      }
      start("relay-requests", connection::passRequests);
      start("relay-answers", connection::passAnswers);
    }
  }

  private final class Connection {
    private final Socket client;
    private final Socket server = new Socket();
    private volatile boolean swallows;

    Connection(Socket client) {
      this.client = client;
    }

    void connect() throws IOException {
      server.connect(new InetSocketAddress(host, port));
    }

    void passRequests() throws IOException {
      try {
        client.getInputStream().transferTo(server.getOutputStream());
      } finally {
        close();
      }
    }

    void passAnswers() throws IOException {
      try {
        InputStream answers = server.getInputStream();
        OutputStream toClient = client.getOutputStream();
        byte[] bytes = new byte[BUFFER_BYTES];
        for (int count = answers.read(bytes); count >= 0; count = answers.read(bytes)) {
          if (!swallows) {
            toClient.write(bytes, 0, count);
          }
        }
      } finally {
        close();
      }
    }

    void close() throws IOException {
      connections.remove(this);
      client.close();
      server.close();
    }
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private static void start(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException | InterruptedException e) {
                // Expected: tests break connections and close the listener.
                return;
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }
}
