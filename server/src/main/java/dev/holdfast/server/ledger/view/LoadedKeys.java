package dev.holdfast.server.ledger.view;

import java.util.Map;

/**
 * The part of a repository's datastore that an engine loaded for a batch.
 *
 * @param reads what was asked for
 * @param versions the versions of the keys asked for; those that do not exist are left out
 * @param lastVersion the newest version ever; only meant where keys were asked for
 * @param count how many keys there are; only meant where it was asked for
 */
public record LoadedKeys(ReadSet reads, Map<String, Long> versions, long lastVersion, long count)
    implements Keys {

  /** Of a repository whose datastore was not asked for, or that never was there. */
  public static LoadedKeys none(ReadSet reads) {
    return new LoadedKeys(reads, Map.of(), 0, 0);
  }

  @Override
  public long version(String key) {
    require(reads.keys().contains(key), key);
    return versions.getOrDefault(key, 0L);
  }

  @Override
  public long lastVersion() {
    require(!reads.keys().isEmpty(), "the last version");
    return lastVersion;
  }

  @Override
  public long count() {
    require(reads.keyCountAsked(), "the number of keys");
    return count;
  }

  private static void require(boolean asked, Object what) {
    if (!asked) {
      throw new IllegalStateException("not loaded for this batch: " + what);
    }
  }
}
