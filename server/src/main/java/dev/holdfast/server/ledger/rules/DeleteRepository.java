package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Books;
import dev.holdfast.server.ledger.books.Change.CapacityChanged;
import dev.holdfast.server.ledger.books.Touched;

/**
 * Deletes a repository that has nothing reserved and no keys. Its offers go with it; its revision,
 * versions and histories stay.
 */
public record DeleteRepository(String repositoryId) implements Command {
  @Override
  public void touch(Touched touched) {
    touched.keyCount();
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
