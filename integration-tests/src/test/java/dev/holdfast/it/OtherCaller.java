package dev.holdfast.it;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Requests;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Somebody who reserves slot after slot in a repository of its own until it is stopped. */
final class OtherCaller {
  private final RepositoryFixture ledger;
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong longestMicros = new AtomicLong();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private long callsBefore;
  private final Thread thread = new Thread(this::reserve, "other-caller");

  OtherCaller(LiveServer server) {
    ledger = RepositoryFixture.of(server, Long.MAX_VALUE);
    thread.start();
  }

  private void reserve() {
    while (!stopped.get()) {
      long start = System.nanoTime();
      ledger.reserve(Requests.slot("other", calls.get()), 1, "op");
      longestMicros.accumulateAndGet((System.nanoTime() - start) / 1000, Math::max);
      calls.incrementAndGet();
    }
  }

  /** Waits until so many calls were answered, and forgets how long those took. */
  void awaitCalls(long count) throws Exception {
    Poll.until("the other caller is under way", () -> calls.get() >= count);
    longestMicros.set(0);
    callsBefore = calls.get();
  }

  long calls() {
    return calls.get() - callsBefore;
  }

  /** How long the longest call took. */
  long longestMicros() {
    return longestMicros.get();
  }

  void stop() throws InterruptedException {
    stopped.set(true);
    thread.join();
  }
}
