package dev.holdfast.server.ledger.view;

/**
 * The view of a repository's datastore that a rule decides against: versions, never values. It
 * contains the {@linkplain ReadSet read set}; any other access is a programming error and throws.
 */
public interface Keys {
  /** Returns the version of a key; 0 if the key does not exist. */
  long version(String key);

  /** Returns the newest version that any key ever had; 0 for none. */
  long lastVersion();

  /** Returns the number of keys. */
  long count();
}
