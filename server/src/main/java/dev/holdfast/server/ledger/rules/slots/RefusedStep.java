package dev.holdfast.server.ledger.rules.slots;

import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.ReadSet;

/** A step with invalid fields: it keeps its place in the order and is rejected there. */
public record RefusedStep(String repositoryId, Rejection rejection) implements Step {
  @Override
  public void declareReads(ReadSet reads) {}

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Decision.of(rejection);
  }
}
