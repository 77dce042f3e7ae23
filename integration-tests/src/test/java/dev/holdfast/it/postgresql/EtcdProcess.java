package dev.holdfast.it.postgresql;

import dev.holdfast.testing.process.FixedPort;
import java.io.IOException;
import java.util.List;

/** An etcd of one member, in which Patroni keeps who is the primary. */
final class EtcdProcess implements AutoCloseable {
  private final ScratchDirectory home = new ScratchDirectory("etcd");
  private final FixedPort clients = new FixedPort();
  private final FixedPort peers = new FixedPort();
  private final Process process;

  /** Starts etcd; whoever connects waits until it serves. */
  EtcdProcess() throws IOException {
    String peerUrl = "http://" + peers.address();
    String clientUrl = "http://" + clients.address();
    List<String> arguments =
        List.of(
            "--data-dir",
            home.resolve("data").toString(),
            "--listen-client-urls",
            clientUrl,
            "--advertise-client-urls",
            clientUrl,
            "--listen-peer-urls",
            peerUrl,
            "--initial-advertise-peer-urls",
            peerUrl,
            "--initial-cluster",
            "default=" + peerUrl,
            // With version 3, Debian's Patroni 3.0 takes the leader's key back after a pause
            // without
            // looking who has it, and the cluster loses what the new primary committed.
            "--enable-v2");
    process = home.program("/usr/bin/etcd", arguments).start();
  }

  /** Returns {@code 127.0.0.1:PORT}. */
  String address() {
    return clients.address();
  }

  @Override
  public void close() throws IOException {
    Signals.kill(List.of(process.toHandle()));
    clients.close();
    peers.close();
    home.close();
  }
}
