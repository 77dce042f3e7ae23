package dev.holdfast.server.ledger.view;

import java.util.Map;

/**
 * The part of a repository's datastore that an engine loaded for a batch.
 *
 * @param reads the read set
 * @param versions the versions of the read keys; keys that do not exist are absent
 * @param lastVersion the newest assigned version; only valid if keys were read
 * @param count the number of keys; only valid if it was read
 */
public record LoadedKeys(ReadSet reads, Map<String, Long> versions, long lastVersion, long count)
    implements Keys {

  /** Returns the keys of a repository whose datastore was not read, or that never existed. */
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
    require(reads.readsKeyCount(), "the number of keys");
    return count;
  }

  private static void require(boolean loaded, Object subject) {
    if (!loaded) {
      throw new IllegalStateException("not loaded for this batch: " + subject);
    }
  }
}
