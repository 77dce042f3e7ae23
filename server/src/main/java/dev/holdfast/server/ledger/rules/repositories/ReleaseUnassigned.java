package dev.holdfast.server.ledger.rules.repositories;

import dev.holdfast.server.ledger.books.RememberedOperation.Kind;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;

/** Releases unassigned bytes, never those of a slot. */
public record ReleaseUnassigned(String repositoryId, long amountBytes, String operationId)
    implements Command {
  @Override
  public void declareReads(ReadSet reads) {
    reads.operation(Unassigned.key(operationId));
  }

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Unassigned.decide(
        books,
        nowMicros,
        new Unassigned.Request(repositoryId, Kind.RELEASE, amountBytes, operationId),
        repository ->
            amountBytes > repository.unassignedBytes()
                ? Rejections.releaseExceedsUnassigned(repository, amountBytes)
                : null);
  }
}
