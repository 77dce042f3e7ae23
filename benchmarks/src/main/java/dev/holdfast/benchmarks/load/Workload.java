package dev.holdfast.benchmarks.load;

/**
 * A caller that makes one change after the other. The loop starts the next one only after the last
 * one was answered.
 */
public interface Workload {
  /**
   * Starts the next change. The answer receives its result once; in a closed loop on another thread
   * than the caller's, so that changes do not nest.
   */
  void next(Answer answer);

  /** Returns whether no space is reserved, so that the workload may end here. */
  boolean holdsNothing();

  /** Receives the result of a change. */
  interface Answer {
    /** Receives a correct answer. */
    void done(int operations);

    /** Receives a failure or a wrong answer. The next call may repeat the change. */
    void failed(Throwable failure);
  }
}
