package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Books;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Change.CapacityChanged;
import dev.holdfast.server.ledger.books.Touched;

/** Sets the capacity of a repository, also below what is reserved. */
public record UpdateRepository(String repositoryId, long capacityBytes) implements Command {
  @Override
  public void touch(Touched touched) {}

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Rules.inRepository(
        books,
        repositoryId,
        repository -> {
          if (repository.capacityBytes() == capacityBytes) {
            return Decision.of(new Outcome.RepositoryDone(repository));
          }
          Change change = new CapacityChanged(CapacityChanged.Kind.UPDATED, capacityBytes);
          return Decision.of(
              new Outcome.RepositoryDone(repository.after(change, nowMicros)), change);
        });
  }
}
