package dev.holdfast.it;

/**
 * A way in which a part of a campaign fails under load.
 *
 * @param name what fails
 * @param cause lets it fail, and starts it again
 */
record Fault(String name, Cause cause) {
  /** Lets something fail. */
  interface Cause {
    void run(Progress progress) throws Exception;
  }

  /** Waits until more changes were acknowledged, while a part is down. */
  interface Progress {
    void await(int changes) throws Exception;
  }
}
