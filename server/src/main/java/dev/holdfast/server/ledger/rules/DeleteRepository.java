package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Books;
import dev.holdfast.server.ledger.books.Change.CapacityChanged;
import dev.holdfast.server.ledger.books.Touched;

/** Deletes a repository that has nothing reserved; its revision and histories stay. */
public record DeleteRepository(String repositoryId) implements Command {
  @Override
  public void touch(Touched touched) {}

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Rules.inRepository(
        books,
        repositoryId,
        repository ->
            repository.reservedBytes() > 0
                ? Decision.of(Rejections.repositoryNotEmpty(repository))
                : Decision.of(
                    new Outcome.RepositoryDone(repository),
                    new CapacityChanged(CapacityChanged.Kind.DELETED, 0)));
  }
}
