package dev.holdfast.server.ledger.rules.slots;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.view.Books;
import dev.holdfast.server.ledger.view.Draft;
import dev.holdfast.server.ledger.view.ReadSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Many changes in order, with no other between them.
 *
 * @param atomic all or none
 */
public record Apply(String repositoryId, List<Step> steps, boolean atomic) implements Command {
  @Override
  public void declareReads(ReadSet reads) {
    steps.forEach(step -> step.declareReads(reads));
  }

  @Override
  public Decision decide(Books books, long nowMicros) {
    Draft draft = new Draft(repositoryId, books, nowMicros);
    List<Outcome> outcomes = new ArrayList<>(steps.size());
    for (Step step : steps) {
      Decision decision = step.decide(draft, nowMicros);
      if (atomic && decision.outcome() instanceof Rejection rejection) {
        Rejection told =
            draft.changes().isEmpty()
                ? rejection
                : withoutTheUndone(step, rejection, books, nowMicros);
        return Decision.of(
            told.withFact(Rejection.OPERATION_INDEX, Integer.toString(outcomes.size())));
      }
      for (Change change : decision.changes()) {
        draft.apply(change);
      }
      outcomes.add(decision.outcome());
    }
    return new Decision(new Outcome.ApplyDone(outcomes), draft.changes());
  }

  /**
   * The refusal of a step in words and numbers that hold although the steps before it are undone:
   * another caller may be given the same generation, or the same bytes.
   */
  private static Rejection withoutTheUndone(
      Step step, Rejection rejection, Books books, long nowMicros) {
    return step.decide(books, nowMicros).outcome() instanceof Rejection before
            && before.reason() == rejection.reason()
        ? before
        : UndoneSteps.without(rejection, books.repository());
  }

  @Override
  public int size() {
    return Math.max(1, steps.size());
  }

  @Override
  public long bytes() {
    return (long) FEW_BYTES * size();
  }

  @Override
  public Map<String, Integer> requests() {
    Map<String, Integer> all = new HashMap<>();
    for (Step step : steps) {
      step.requests().forEach((id, limit) -> all.merge(id, limit, Math::max));
    }
    return all;
  }
}
