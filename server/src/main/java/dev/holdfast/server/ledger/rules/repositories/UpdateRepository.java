package dev.holdfast.server.ledger.rules.repositories;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Change.CapacityChanged;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rules;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;

/** Sets the capacity of a repository, which may be less than the reserved bytes. */
public record UpdateRepository(String repositoryId, long capacityBytes) implements Command {
  @Override
  public void declareReads(ReadSet reads) {}

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
