package dev.holdfast.server.api.wire;

import dev.holdfast.server.ledger.rules.Rejection;

/** A request that the network thread received. */
sealed interface IncomingRequest<Q> {
  /** A small request, read at once. */
  record Message<Q>(Q message) implements IncomingRequest<Q> {}

  /** A large request, to be read on another thread. Its bytes must not be modified. */
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

  /** An invalid request. */
  record Malformed<Q>(Rejection rejection) implements IncomingRequest<Q> {}
}
