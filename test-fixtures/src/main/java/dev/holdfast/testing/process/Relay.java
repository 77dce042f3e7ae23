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
 * A port of loopback that passes connections on to a server, until a test breaks them, swallows
 * what the server says, or takes no new ones. Where one side of a connection ends it, the other is
 * ended too.
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
   * Listens on a free port of loopback.
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
   * Returns where clients connect to.
   *
   * @return {@code 127.0.0.1:PORT}
   */
  public String target() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /**
   * Returns how many connections clients have made.
   *
   * @return all since the beginning, with those that were broken or refused
   */
  public int connections() {
    return accepted.get();
  }

  /**
   * Swallows what the server says on the connections that there are, from now on, while what
   * clients say still reaches it. New connections are passed on whole.
   */
  public void swallowAnswers() {
    connections.forEach(connection -> connection.swallows = true);
  }

  /**
   * Breaks every connection; new ones are taken.
   *
   * @throws IOException if a socket cannot be closed
   */
  public void cut() throws IOException {
    for (Connection connection : connections) {
      connection.close();
    }
  }

  /**
   * Sets whether new connections are broken at once, as by a server that is away.
   *
   * @param refuses whether they are
   */
  public void refuse(boolean refuses) {
    this.refuses = refuses;
  }

  /** Has connections that are made from now on be mute until {@link #letGo}. */
  public void hold() {
    open = new CountDownLatch(1);
  }

  /** Passes on what was held. */
  public void letGo() {
    open.countDown();
  }

  /** Breaks every connection, and takes no new ones. */
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
        // The server is away, which the client sees as its connection broken.
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
                // A broken connection or a closed listener is what this class is for.
                return;
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }
}
