package dev.holdfast.server.ledger.rules.repositories;

import dev.holdfast.server.ledger.books.RememberedOperation.Kind;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;

/** Reserves unassigned bytes. */
public record ReserveUnassigned(String repositoryId, long amountBytes, String operationId)
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
        new Unassigned.Request(repositoryId, Kind.RESERVE, amountBytes, operationId),
        repository ->
            amountBytes > repository.availableBytes()
                ? Rejections.insufficientStorage(repository, amountBytes)
                : null);
  }
}
