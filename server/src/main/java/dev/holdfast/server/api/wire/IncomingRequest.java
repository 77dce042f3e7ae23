package dev.holdfast.server.api.wire;

import dev.holdfast.server.ledger.rules.Rejection;

/** A request as the network thread hands it over. */
sealed interface IncomingRequest<Q> {
  /** A small one, which was read at once. */
  record Message<Q>(Q message) implements IncomingRequest<Q> {}

  /** A large one, to be read on another thread. Nobody alters its bytes. */
  final class Unread<Q> implements IncomingRequest<Q> {
    private final byte[] bytes;
    private final boolean compressed;

    Unread(byte[] bytes, boolean compressed) {
      this.bytes = bytes;
      this.compressed = compressed;
    }

    byte[] bytes() {
      return bytes;
    }

    boolean compressed() {
      return compressed;
    }
  }

  /** One that is no valid message. */
  record Malformed<Q>(Rejection rejection) implements IncomingRequest<Q> {}
}
