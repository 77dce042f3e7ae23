package dev.holdfast.server.runtime.network;

/**
 * What all connections may take together, and what each is granted beyond that, so that a flood on
 * one does not lock the others out.
 *
 * @param connections how many may be open
 * @param calls how many calls may be open
 * @param callsOfEach how many calls each connection may have open in any case
 * @param requestBytes how much of requests that are on their way or not yet answered may be held
 * @param requestBytesOfEach how much of that each connection may hold in any case
 * @param requestSeconds how long a caller may take at least to send a request
 * @param idleSeconds how long a connection without calls stays open
 * @param idleFrames how many frames that carry nothing a connection may send in {@link #SECONDS};
 *     and how many calls its client may reset in that time
 */
public record NetworkLimits(
    int connections,
    int calls,
    int callsOfEach,
    long requestBytes,
    long requestBytesOfEach,
    int requestSeconds,
    int idleSeconds,
    int idleFrames) {
  /** In which frames that carry nothing, and resets, are counted. */
  public static final int SECONDS = 10;

  /** Of one message. */
  public static final int LARGEST_REQUEST_BYTES = 16 * 1024 * 1024;

  /**
   * For a heap of 512 MiB, of which calls take some four kilobytes each, and large requests twice
   * their size for a moment.
   */
  public static final NetworkLimits DEFAULT =
      new NetworkLimits(2000, 16_384, 4, 64L * 1024 * 1024, 16 * 1024, 30, 600, 20_000);
}
