package dev.holdfast.client.internal.sale;

import org.jspecify.annotations.Nullable;

/** A piece of a thread's work that can be interrupted, and the thread not before or after it. */
public final class Interruptible {
  private @Nullable Thread thread;
  private boolean interrupted;

  /** Begins the piece on this thread. One that was interrupted before begins interrupted. */
  public synchronized void enter() {
    thread = Thread.currentThread();
    if (interrupted) {
      thread.interrupt();
    }
  }

  /** Ends it. An interrupt that was meant for it goes no further. */
  public synchronized void exit() {
    thread = null;
    if (interrupted) {
      Thread.interrupted();
    }
  }

  public synchronized void interrupt() {
    interrupted = true;
    if (thread != null) {
      thread.interrupt();
    }
  }
}
