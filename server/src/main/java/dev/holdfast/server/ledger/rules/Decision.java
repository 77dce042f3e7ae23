package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Change;
import java.util.List;

/**
 * What a rule decided.
 *
 * @param outcome what to tell the caller
 * @param changes what changes, in order; empty where nothing does
 */
public record Decision(Outcome outcome, List<Change> changes) {
  public static Decision of(Outcome outcome, Change... changes) {
    return new Decision(outcome, List.of(changes));
  }
}
