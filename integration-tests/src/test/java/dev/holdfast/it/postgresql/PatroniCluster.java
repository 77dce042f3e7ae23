package dev.holdfast.it.postgresql;

import dev.holdfast.testing.Poll;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A primary and a synchronous standby under Patroni, with the etcd that they need. */
public final class PatroniCluster implements AutoCloseable {
  private static final int NODES = 2;

  /** A node that was killed recovers, and rewinds to where the new primary took over. */
  private static final int LONGEST_REJOIN_MINUTES = 4;

  private final EtcdProcess etcd = new EtcdProcess();
  private final List<PatroniNode> nodes = new ArrayList<>();

  /** Starts the cluster, and waits until the standby is synchronous. */
  public PatroniCluster() throws Exception {
    try {
      for (int i = 0; i < NODES; i++) {
        PatroniNode node = new PatroniNode("node" + i, etcd.address());
        nodes.add(node);
        node.start();
      }
      awaitStandby();
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  /** Returns the address for {@code --store}, with both nodes. */
  public String url() {
    List<String> addresses = nodes.stream().map(PatroniNode::address).toList();
    return "postgresql://"
        + ScratchDirectory.USER
        + "@"
        + String.join(",", addresses)
        + "/postgres";
  }

  /** Returns the index of the primary. */
  public int primary() throws InterruptedException {
    for (int i = 0; i < NODES; i++) {
      if (nodes.get(i).is("/primary")) {
        return i;
      }
    }
    throw new IllegalStateException("no node is the primary");
  }

  private static int other(int node) {
    return NODES - 1 - node;
  }

  /** Waits until the other node than this is the primary. */
  public void awaitFailover(int oldPrimary) throws Exception {
    Poll.until("the standby is promoted", () -> nodes.get(other(oldPrimary)).is("/primary"));
  }

  /** Waits until there are a primary and a standby that every commit waits for. */
  public void awaitStandby() throws Exception {
    for (PatroniNode node : nodes) {
      awaitPart(node);
    }
  }

  private static void awaitPart(PatroniNode node) throws Exception {
    for (int minute = 1; true; minute++) {
      try {
        Poll.until(
            node.name() + " is the primary or a synchronous standby",
            () -> node.is("/primary") || node.is("/synchronous"));
        return;
      } catch (AssertionError e) {
        if (minute == LONGEST_REJOIN_MINUTES || !node.isAlive()) {
          throw new AssertionError(e.getMessage() + "; its log:\n" + node.log(), e);
        }
      }
    }
  }

  /** Kills a node's Patroni and PostgreSQL with SIGKILL. */
  public void kill(int node) throws IOException {
    nodes.get(node).kill();
  }

  /** Starts a node that was killed. */
  public void start(int node) throws IOException {
    nodes.get(node).start();
  }

  /** Stops a node's Patroni and PostgreSQL with SIGSTOP. */
  public void pause(int node) throws IOException, InterruptedException {
    nodes.get(node).pause();
  }

  /** Lets a paused node continue. */
  public void resume(int node) throws IOException, InterruptedException {
    nodes.get(node).resume();
  }

  /** Makes the other node than this the primary, as an administrator would. */
  public void switchOver(int oldPrimary) throws IOException, InterruptedException {
    nodes.get(oldPrimary).switchOverTo(nodes.get(other(oldPrimary)));
  }

  @Override
  public void close() throws IOException {
    for (PatroniNode node : nodes) {
      node.close();
    }
    etcd.close();
  }
}
