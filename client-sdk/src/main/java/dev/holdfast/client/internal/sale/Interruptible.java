package dev.holdfast.client.internal.sale;

import org.jspecify.annotations.Nullable;

/**
 * A part of a thread's work that can be interrupted without affecting the thread before or after
 * it.
 */
public final class Interruptible {
  private @Nullable Thread thread;
  private boolean interrupted;

  /** Begins the part on this thread. If it was interrupted before, it begins interrupted. */
  public synchronized void enter() {
    thread = Thread.currentThread();
    if (interrupted) {
      thread.interrupt();
    }
  }

  /** Ends the part. An interrupt of the part does not outlive it. */
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
