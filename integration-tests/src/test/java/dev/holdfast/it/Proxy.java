package dev.holdfast.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A wire to a server that can lose answers: it passes bytes on both ways until it is told to
 * swallow what the server says, and then cuts its connections when it is told to.
 */
final class Proxy implements AutoCloseable {
  private final ServerSocket listener;
  private final int serverPort;
  private final AtomicInteger taken = new AtomicInteger();
  private final List<Wire> wires = new ArrayList<>();

  /** A proxy to a server on loopback. */
  Proxy(String target) throws IOException {
    serverPort = Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start("proxy", this::accept);
  }

  String target() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** How many connections it has taken. */
  int connections() {
    return taken.get();
  }

  /** From now on, what the server says on the connections that there are reaches nobody. */
  synchronized void swallowAnswers() {
    wires.forEach(wire -> wire.swallowing = true);
  }

  /** Breaks the connections that there are. New ones are passed on whole. */
  synchronized void cut() throws IOException {
    for (Wire wire : wires) {
      wire.client.close();
      wire.server.close();
    }
    wires.clear();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }

  private void accept() throws IOException {
    while (true) {
      Wire wire =
          new Wire(listener.accept(), new Socket(InetAddress.getLoopbackAddress(), serverPort));
      synchronized (this) {
        wires.add(wire);
      }
      taken.incrementAndGet();
      start("proxy-questions", () -> wire.client.getInputStream().transferTo(wire.toServer()));
      start("proxy-answers", wire::passAnswers);
    }
  }

  private static final class Wire {
    private final Socket client;
    private final Socket server;
    private volatile boolean swallowing;

    Wire(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    OutputStream toServer() throws IOException {
      return server.getOutputStream();
    }

    void passAnswers() throws IOException {
      InputStream answers = server.getInputStream();
      OutputStream toClient = client.getOutputStream();
      byte[] bytes = new byte[8192];
      int count = answers.read(bytes);
      while (count >= 0) {
        if (!swallowing) {
          toClient.write(bytes, 0, count);
        }
        count = answers.read(bytes);
      }
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // A cut wire is what this class is for; whoever passes bytes on it is done.
                return;
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }
}
