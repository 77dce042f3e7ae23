package dev.holdfast.server.ledger.rules.repositories;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Change.CapacityChanged;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;

/** Creates a repository, or restores a deleted one with nothing reserved. */
public record CreateRepository(String repositoryId, long capacityBytes) implements Command {
  @Override
  public void declareReads(ReadSet reads) {}

  @Override
  public Decision decide(Books books, long nowMicros) {
    Repository before = books.repository();
    if (before != null && !before.deleted()) {
      return Decision.of(Rejections.repositoryAlreadyExists(before));
    }
    // A deleted repository keeps its revision: generations are revisions and must never repeat.
    Change change = new CapacityChanged(CapacityChanged.Kind.CREATED, capacityBytes);
    Repository base = before != null ? before : Repository.blank(repositoryId);
    return Decision.of(new Outcome.RepositoryDone(base.after(change, nowMicros)), change);
  }
}
