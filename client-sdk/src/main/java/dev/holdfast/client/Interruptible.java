package dev.holdfast.client;

import org.jspecify.annotations.Nullable;

/** A piece of a thread's work that can be interrupted, and the thread not before or after it. */
final class Interruptible {
  private @Nullable Thread thread;
  private boolean interrupted;

  /** Begins the piece on this thread. One that was interrupted before begins interrupted. */
  synchronized void enter() {
    thread = Thread.currentThread();
    if (interrupted) {
      thread.interrupt();
    }
  }

  /** Ends it. An interrupt that was meant for it goes no further. */
  synchronized void exit() {
    thread = null;
    if (interrupted) {
      Thread.interrupted();
    }
  }

  synchronized void interrupt() {
    interrupted = true;
    if (thread != null) {
      thread.interrupt();
    }
  }
}
