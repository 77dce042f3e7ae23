package dev.holdfast.it;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;

/** A port for all servers of a campaign, so that its clients find the next one by themselves. */
final class FixedPort {
  private FixedPort() {}

  /**
   * One that nobody has. Below those that the system gives to clients, one of which could sit on it
   * while no server does.
   */
  static int unused(Random random) throws IOException {
    int port;
    do {
      port = 20_000 + random.nextInt(10_000);
    } while (isTaken(port));
    return port;
  }

  private static boolean isTaken(int port) throws IOException {
    try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return !free.isBound();
    } catch (BindException e) {
      return true;
    }
  }
}
