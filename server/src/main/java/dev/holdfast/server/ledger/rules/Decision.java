package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Change;
import java.util.List;

/**
 * The decision of a rule.
 *
 * @param outcome the outcome for the caller
 * @param changes the changes, in order; may be empty
 */
public record Decision(Outcome outcome, List<Change> changes) {
  public static Decision of(Outcome outcome, Change... changes) {
    return new Decision(outcome, List.of(changes));
  }
}
