package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.rules.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** Delivers outcomes to callers. A failure of one caller is reported and reaches no other. */
final class OutcomeDelivery {
  private final LedgerListener listener;

  OutcomeDelivery(LedgerListener listener) {
    this.listener = listener;
  }

  /** Delivers the same outcome to all callers. */
  void deliverToAll(List<Lanes.Call> calls, Outcome outcome) {
    deliver(calls, Collections.nCopies(calls.size(), outcome));
  }

  /** Delivers an outcome to each caller, in one task per executor. */
  void deliver(List<Lanes.Call> calls, List<Outcome> outcomes) {
    Map<Executor, List<Runnable>> deliveries = new HashMap<>();
    for (int i = 0; i < outcomes.size(); i++) {
      Ledger.Caller caller = calls.get(i).caller();
      Outcome outcome = outcomes.get(i);
      deliveries
          .computeIfAbsent(caller.answering(), executor -> new ArrayList<>(calls.size()))
          .add(() -> caller.answer(outcome));
    }
    deliveries.forEach(
        (executor, tasks) ->
            attempt(() -> executor.execute(() -> tasks.forEach(this::deliverOne))));
  }

  /**
   * Delivers one outcome. Catches errors, too: an error would end the task with the remaining
   * deliveries, on a network thread that swallows it.
   */
  private void deliverOne(Runnable delivery) {
    try {
      attempt(delivery);
    } catch (Error e) {
      listener.failed(new IllegalStateException("cannot answer a caller", e));
    }
  }

  /** Runs a callback and reports its exception, which must not affect what was committed. */
  void attempt(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      listener.failed(e);
    }
  }
}
