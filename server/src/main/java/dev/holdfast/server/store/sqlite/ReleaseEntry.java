package dev.holdfast.server.store.sqlite;

/**
 * An entry of the release index: where a release stands in the events, as a number that is higher
 * for later ones. 0 is none.
 *
 * <p>Under the hash of a slot, only the newest entry is needed of each slot, and nearly always one
 * slot alone has the hash; so an entry takes the place of all older ones under it. One that {@link
 * #keepsOlder} does not, because they are of others.
 */
final class ReleaseEntry {
  /** So that no row of events grows far beyond a page or two, and a lookup reads little. */
  static final int EVENTS_A_CHUNK = 256;

  private static final long KEEPS_OLDER = Long.MIN_VALUE;

  private ReleaseEntry() {}

  /**
   * The place of an event.
   *
   * @param index how many events of the chunk are before it
   */
  static long place(long chunk, int index) {
    return chunk * EVENTS_A_CHUNK + index;
  }

  static long keepingOlder(long place) {
    return place | KEEPS_OLDER;
  }

  static boolean keepsOlder(long entry) {
    return entry < 0;
  }

  static long place(long entry) {
    return entry & ~KEEPS_OLDER;
  }

  static long chunk(long entry) {
    return place(entry) / EVENTS_A_CHUNK;
  }

  static int index(long entry) {
    return (int) (place(entry) % EVENTS_A_CHUNK);
  }
}
