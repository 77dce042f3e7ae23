package dev.holdfast.it;

import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Counts calls before they are answered, and holds back the answer to one of them: what it did is
 * done, and whoever made it does not know.
 */
final class CallTrap implements Consumer<String> {
  private long calls;
  private @Nullable String path;
  private long first;
  private @Nullable CountDownLatch heldBack;

  @Override
  public void accept(String called) {
    CountDownLatch latch = null;
    synchronized (this) {
      calls++;
      if (path != null && called.startsWith(path) && calls >= first && heldBack == null) {
        heldBack = new CountDownLatch(1);
        latch = heldBack;
      }
    }
    if (latch != null) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  synchronized long calls() {
    return calls;
  }

  /** After so many calls more, holds back the next one whose path begins so. */
  synchronized void set(String path, long moreCalls) {
    this.path = path;
    first = calls + moreCalls;
  }

  synchronized boolean isSprung() {
    return heldBack != null;
  }

  /** Lets go of the call, and holds back no other. */
  synchronized void open() {
    path = null;
    if (heldBack != null) {
      heldBack.countDown();
      heldBack = null;
    }
  }
}
