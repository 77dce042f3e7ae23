package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.store.sqlite.rows.EventPlace;

/**
 * An entry of the release index: the {@linkplain EventPlace place} of a release among the events. 0
 * is none.
 *
 * <p>Under the hash of a slot, only the newest entry is needed of each slot, and nearly always one
 * slot alone has the hash; so an entry takes the place of all older ones under it. One that {@link
 * #keepsOlder} does not, because they are of others.
 */
public final class ReleaseEntry {
  private static final long KEEPS_OLDER = Long.MIN_VALUE;

  private ReleaseEntry() {}

  static long keepingOlder(long place) {
    return place | KEEPS_OLDER;
  }

  static boolean keepsOlder(long entry) {
    return entry < 0;
  }

  static long place(long entry) {
    return entry & ~KEEPS_OLDER;
  }
}
