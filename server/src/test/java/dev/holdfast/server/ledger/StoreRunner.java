package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import java.util.List;

/** Runs batches on a store without a queue, for tests. */
public final class StoreRunner {
  private StoreRunner() {}

  /** Runs one batch as the ledger does. */
  public static List<Outcome> run(
      LedgerStore store, List<? extends Command> commands, long nowMicros) {
    try (LedgerStore.Transaction transaction = store.begin()) {
      List<Outcome> outcomes = new Batch(transaction, nowMicros).run(commands);
      transaction.commit();
      return outcomes;
    }
  }

  /** Runs one batch, and ends its transaction without a commit. */
  public static List<Outcome> runWithoutCommit(
      LedgerStore store, List<? extends Command> commands, long nowMicros) {
    try (LedgerStore.Transaction transaction = store.begin()) {
      return new Batch(transaction, nowMicros).run(commands);
    }
  }

  /** Forgets everything from before this time. */
  public static int forget(LedgerStore store, long beforeMicros) {
    try (LedgerStore.Transaction transaction = store.begin()) {
      int forgotten = transaction.forget(beforeMicros, Integer.MAX_VALUE);
      transaction.commit();
      return forgotten;
    }
  }

  /** Extends leases as a start of the server does. */
  public static void extendLeases(LedgerStore store, long nowMicros, long graceMicros) {
    try (LedgerStore.Transaction transaction = store.begin()) {
      transaction.extendLeases(nowMicros, graceMicros);
      transaction.commit();
    }
  }
}
