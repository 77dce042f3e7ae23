package dev.holdfast.server.ledger.watch;

import java.util.concurrent.atomic.AtomicLong;

/** The bytes of messages to watchers that wait for their transports, and how many there may be. */
final class UnsentRoom {
  private final long limitBytes;
  private final AtomicLong taken = new AtomicLong();

  UnsentRoom(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  boolean take(int bytes) {
    if (taken.addAndGet(bytes) <= limitBytes) {
      return true;
    }
    free(bytes);
    return false;
  }

  void free(int bytes) {
    taken.addAndGet(-bytes);
  }

  long takenBytes() {
    return taken.get();
  }
}
