package dev.holdfast.server.runtime.network;

import java.net.InetSocketAddress;

/** Formats addresses as in flags and messages. */
public final class Addresses {
  private Addresses() {}

  /** Returns an address as {@code HOST:PORT}, with brackets around an IPv6 host. */
  public static String hostPort(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
