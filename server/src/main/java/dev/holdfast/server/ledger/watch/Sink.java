package dev.holdfast.server.ledger.watch;

import dev.holdfast.server.ledger.rules.Rejection;

/**
 * The client side of a watch. Called by one thread at a time, except for {@link #ready}.
 *
 * @param <M> the type of messages
 */
public interface Sink<M> {
  /**
   * Returns whether the sink accepts a message now, because the network has accepted everything
   * sent before. After returning false, the sink must call {@link WatchSession#wake} when that
   * changes: until then nothing is read or kept for it.
   */
  boolean ready();

  /** Sends the next message. */
  void send(M message);

  /** Ends the watch for a reason of the contract. No message follows. */
  void end(Rejection rejection);

  /** Ends the watch because the store or this program failed. No message follows. */
  void fail(RuntimeException e);

  /** Resets the call: drops all unread data, including the end. */
  void reset();
}
