package dev.holdfast.server.ledger.rules.repositories;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rules;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;
import org.jspecify.annotations.Nullable;

/**
 * Sets the value of a key of the datastore.
 *
 * @param expectedVersion the version that the key must have, 0 for a new key; null for any version
 */
public record PutValue(String repositoryId, String key, Value value, @Nullable Long expectedVersion)
    implements Command {
  @Override
  public void declareReads(ReadSet reads) {
    reads.key(key);
  }

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Rules.inRepository(
        books,
        repositoryId,
        repository -> {
          long current = books.keys().version(key);
          if (expectedVersion != null && expectedVersion != current) {
            return Decision.of(
                KeyRejections.versionMismatch(repositoryId, key, expectedVersion, current));
          }
          long version = books.keys().lastVersion() + 1;
          return Decision.of(
              new Outcome.PutDone(version),
              new Change.ValuePut(new Entry(key, value, version, nowMicros)));
        });
  }

  @Override
  public long bytes() {
    return (long) BASE_BYTES + value.bytes().length;
  }
}
