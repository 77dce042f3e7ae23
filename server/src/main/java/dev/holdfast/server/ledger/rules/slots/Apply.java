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
 * Applies several changes in order, with no other change between them.
 *
 * @param atomic whether all steps or none are applied
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
      Decision decision = decide(step, draft, nowMicros);
      if (atomic && decision.outcome() instanceof Rejection rejection) {
        Rejection reported =
            draft.changes().isEmpty()
                ? rejection
                : withoutUndoneSteps(step, rejection, books, nowMicros);
        return Decision.of(
            reported.withFact(Rejection.OPERATION_INDEX, Integer.toString(outcomes.size())));
      }
      for (Change change : decision.changes()) {
        draft.apply(change);
      }
      outcomes.add(decision.outcome());
    }
    return new Decision(new Outcome.ApplyDone(outcomes), draft.changes());
  }

  private static Decision decide(Step step, Books books, long nowMicros) {
    return step.decide(books, nowMicros).ifSpaceAllows(books);
  }

  /**
   * Returns the rejection of a step without facts from the steps before it, which are undone: their
   * generations and bytes may be given to another caller.
   */
  private static Rejection withoutUndoneSteps(
      Step step, Rejection rejection, Books books, long nowMicros) {
    return decide(step, books, nowMicros).outcome() instanceof Rejection before
            && before.reason() == rejection.reason()
        ? before
        : UndoneSteps.without(rejection, books.repository());
  }

  @Override
  public int size() {
    return Math.max(1, steps.size());
  }

  @Override
  public long namedGeneration() {
    return steps.stream().mapToLong(Command::namedGeneration).max().orElse(0);
  }

  @Override
  public long bytes() {
    return (long) BASE_BYTES * size();
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
