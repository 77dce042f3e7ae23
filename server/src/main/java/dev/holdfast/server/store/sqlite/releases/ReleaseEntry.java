package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.store.sqlite.rows.EventPlace;

/**
 * An entry of the release index: the {@linkplain EventPlace place} of a release among the events. 0
 * means no entry.
 *
 * <p>Under the hash of a slot, only the newest entry of each slot is needed, and nearly always only
 * one slot has the hash. So an entry replaces all older entries under its hash. An entry that
 * {@link #keepsOlder} does not, because the older entries belong to other slots.
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
