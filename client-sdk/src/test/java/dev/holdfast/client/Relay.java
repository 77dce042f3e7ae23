package dev.holdfast.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Passes bytes on to a server on loopback, until a test cuts its connections. */
final class Relay implements AutoCloseable {
  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private volatile boolean refuses;
  private volatile CountDownLatch open = new CountDownLatch(0);

  Relay(int port) {
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start(
        () -> {
          while (true) {
            Socket client = keep(listener.accept());
            if (refuses) {
              client.close();
              continue;
            }
            open.await();
            Socket server = keep(new Socket(InetAddress.getLoopbackAddress(), port));
            start(() -> pipe(client, server));
            start(() -> pipe(server, client));
          }
        });
  }

  String target() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** Breaks every connection; new ones are taken. */
  void cut() throws IOException {
    for (Socket socket : List.copyOf(sockets)) {
      socket.close();
      sockets.remove(socket);
    }
  }

  /** Whether new connections are broken at once, as by a server that is away. */
  void refuse(boolean refuses) {
    this.refuses = refuses;
  }

  /** Connections that are made from now on are mute until they are let go. */
  void hold() {
    open = new CountDownLatch(1);
  }

  void letGo() {
    open.countDown();
  }

  /** Breaks every connection and takes no new ones. */
  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }

  private Socket keep(Socket socket) {
    sockets.add(socket);
    return socket;
  }

  private static void pipe(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    }
  }

  private interface Work {
    void run() throws IOException, InterruptedException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException | InterruptedException e) {
                // A cut connection or a closed listener is what this class is for; the thread ends.
                return;
              }
            });
    thread.setDaemon(true);
    thread.start();
  }
}
