package dev.holdfast.server.ledger.rules.repositories;

import static dev.holdfast.server.ledger.rules.Rejection.Reason;

import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Creates the rejections that concern a key of the datastore. */
public final class KeyRejections {
  private KeyRejections() {}

  /** Returns the rejection for a missing key. */
  public static Rejection keyNotFound(String repositoryId, String key) {
    return Rejection.of(
        Reason.KEY_NOT_FOUND,
        "the datastore of repository " + repositoryId + " has no key " + key,
        keyFacts(repositoryId, key));
  }

  static Rejection versionMismatch(
      String repositoryId, String key, long expectedVersion, long currentVersion) {
    Map<String, String> facts = new LinkedHashMap<>(keyFacts(repositoryId, key));
    facts.put("expected_version", Long.toString(expectedVersion));
    facts.put("current_version", Long.toString(currentVersion));
    return Rejection.of(
        Reason.VERSION_MISMATCH,
        "key "
            + key
            + " of repository "
            + repositoryId
            + (currentVersion == 0 ? " does not exist" : " has version " + currentVersion)
            + ", but was expected "
            + (expectedVersion == 0 ? "not to exist" : "to have version " + expectedVersion),
        facts);
  }

  private static Map<String, String> keyFacts(String repositoryId, String key) {
    return Rejections.facts("repository_id", repositoryId, "key", key);
  }
}
