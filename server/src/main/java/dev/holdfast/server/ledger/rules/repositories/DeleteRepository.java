package dev.holdfast.server.ledger.rules.repositories;

import dev.holdfast.server.ledger.books.Change.CapacityChanged;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.rules.Rules;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;

/**
 * Deletes a repository without reserved bytes and keys. Also deletes its offers; its revision,
 * versions and histories stay.
 */
public record DeleteRepository(String repositoryId) implements Command {
  @Override
  public void declareReads(ReadSet reads) {
    reads.keyCount();
  }

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Rules.inRepository(
        books,
        repositoryId,
        repository ->
            repository.reservedBytes() > 0 || books.keys().count() > 0
                ? Decision.of(Rejections.repositoryNotEmpty(repository, books.keys().count()))
                : Decision.of(
                    new Outcome.RepositoryDone(repository),
                    new CapacityChanged(CapacityChanged.Kind.DELETED, 0)));
  }
}
