package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Books;
import dev.holdfast.server.ledger.books.Touched;

/** A step whose words were wrong: it takes its place in the order, and is refused when it comes. */
public record RefusedStep(String repositoryId, Rejection rejection) implements Step {
  @Override
  public void touch(Touched touched) {}

  @Override
  public Decision decide(Books books, long nowMicros) {
    return Decision.of(rejection);
  }
}
