package dev.holdfast.benchmarks.load;

/**
 * A caller that makes one change after the other. It is asked for the next when the one before was
 * answered, and never before that.
 */
public interface Workload {
  /**
   * Starts the next change. The answer is told of it once; for a closed loop on another thread than
   * the caller's, so that its changes do not nest.
   */
  void next(Answer answer);

  /** Whether nothing is held that the next change would give back, so that this is where to end. */
  boolean holdsNothing();

  /** Is told what became of a change. */
  interface Answer {
    /** It was answered, and rightly. */
    void done(int operations);

    /** It failed, or was answered wrongly. The workload may be asked to try the same again. */
    void failed(Throwable failure);
  }
}
