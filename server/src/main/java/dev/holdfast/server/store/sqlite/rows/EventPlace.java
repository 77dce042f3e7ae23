package dev.holdfast.server.store.sqlite.rows;

/**
 * Encodes the place of an event, its chunk and its position in the chunk, as one number that sorts
 * by both.
 */
public final class EventPlace {
  /**
   * The largest number of events in a chunk: a row of events takes a page or two, so a lookup reads
   * little.
   */
  public static final int EVENTS_PER_CHUNK = 256;

  private EventPlace() {}

  /**
   * Returns the place of an event.
   *
   * @param index the number of events in the chunk before the event
   */
  public static long of(long chunk, int index) {
    return chunk * EVENTS_PER_CHUNK + index;
  }

  static long chunk(long place) {
    return place / EVENTS_PER_CHUNK;
  }

  static int index(long place) {
    return (int) (place % EVENTS_PER_CHUNK);
  }
}
