package dev.holdfast.server.runtime.network;

/**
 * Limits on the resources of all connections together, and the share that each connection always
 * gets, so that a flood on one does not lock the others out.
 *
 * @param connections maximum number of open connections
 * @param calls maximum number of open calls
 * @param callsOfEach number of calls that each connection may always have open
 * @param requestBytes maximum bytes of requests that are being received or not yet answered
 * @param requestBytesOfEach bytes of requests that each connection may always hold
 * @param requestSeconds minimum time that a client gets to send a request
 * @param idleSeconds time after which a connection without calls is closed
 * @param idleFrames maximum number of frames without data that a connection may send in {@link
 *     #SECONDS}; also the maximum number of calls that its client may reset in that time
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
  /** The period in which frames without data, and resets, are counted. */
  public static final int SECONDS = 10;

  /** Maximum size of one message. */
  public static final int LARGEST_REQUEST_BYTES = 16 * 1024 * 1024;

  /**
   * For a heap of 512 MiB: calls take some four kilobytes each, and large requests briefly take
   * twice their size.
   */
  public static final NetworkLimits DEFAULT =
      new NetworkLimits(2000, 16_384, 4, 64L * 1024 * 1024, 16 * 1024, 30, 600, 20_000);
}
