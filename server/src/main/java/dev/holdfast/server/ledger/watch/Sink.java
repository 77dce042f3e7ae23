package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.rules.Rejection;

/**
 * Where a watcher is told. Called by one thread at a time, but for {@link #ready}.
 *
 * @param <M> what it takes
 */
public interface Sink<M> {
  /**
   * Whether it takes a message now, since all that it was sent has been taken over by the network.
   * Who says no has to call {@link WatchSession#wake} when that changes: until then nothing is read
   * or kept for it.
   */
  boolean ready();

  /** Takes the next message. */
  void send(M message);

  /** The watch ended, for a reason of the contract. Nothing comes after this. */
  void end(Rejection rejection);

  /** The watch ended because the store or this program failed. Nothing comes after this. */
  void fail(RuntimeException e);

  /** Drops what was sent and is not taken, its end included. */
  void reset();
}
