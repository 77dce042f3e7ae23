package dev.holdfast.server.ledger.rules.repositories;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rules;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;
import org.jspecify.annotations.Nullable;

/**
 * Deletes a key of the datastore.
 *
 * @param expectedVersion the version that the key must have; null for any version
 */
public record DeleteKey(String repositoryId, String key, @Nullable Long expectedVersion)
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
          if (current == 0) {
            return Decision.of(KeyRejections.keyNotFound(repositoryId, key));
          }
          if (expectedVersion != null && expectedVersion != current) {
            return Decision.of(
                KeyRejections.versionMismatch(repositoryId, key, expectedVersion, current));
          }
          return Decision.of(new Outcome.DeleteDone(), new Change.KeyDeleted(key));
        });
  }
}
