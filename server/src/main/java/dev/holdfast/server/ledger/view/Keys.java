package dev.holdfast.server.ledger.view;

/**
 * What a rule can see of the datastore of a repository: versions, never values. It shows what was
 * {@linkplain ReadSet asked for} before; to look at anything else is a programming error and
 * throws.
 */
public interface Keys {
  /** The version that a key has; 0 where there is no such key. */
  long version(String key);

  /** The newest version that any key ever had; 0 where none ever had one. */
  long lastVersion();

  /** How many keys there are. */
  long count();
}
