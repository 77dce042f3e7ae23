package dev.holdfast.server.ledger.watch;

import java.util.concurrent.atomic.AtomicLong;

/** The budget for bytes of messages that wait for the transports of watchers. */
final class UnsentBudget {
  private final long limitBytes;
  private final AtomicLong reserved = new AtomicLong();

  UnsentBudget(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  boolean tryReserve(int bytes) {
    if (reserved.addAndGet(bytes) <= limitBytes) {
      return true;
    }
    release(bytes);
    return false;
  }

  void release(int bytes) {
    reserved.addAndGet(-bytes);
  }

  long reservedBytes() {
    return reserved.get();
  }
}
