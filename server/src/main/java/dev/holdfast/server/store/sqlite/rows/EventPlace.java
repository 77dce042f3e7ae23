package dev.holdfast.server.store.sqlite.rows;

/** Where an event stands: its chunk and its position there, as one number that rises with both. */
public final class EventPlace {
  /** So that no row of events grows far beyond a page or two, and a lookup reads little. */
  public static final int EVENTS_A_CHUNK = 256;

  private EventPlace() {}

  /**
   * The place of an event.
   *
   * @param index how many events of the chunk are before it
   */
  public static long of(long chunk, int index) {
    return chunk * EVENTS_A_CHUNK + index;
  }

  static long chunk(long place) {
    return place / EVENTS_A_CHUNK;
  }

  static int index(long place) {
    return (int) (place % EVENTS_A_CHUNK);
  }
}
