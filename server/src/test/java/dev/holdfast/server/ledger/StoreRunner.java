package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.UpdateRepository;
import dev.holdfast.server.ledger.view.DiskSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs batches on a store without a queue, for tests. */
public final class StoreRunner {
  private StoreRunner() {}

  /** Runs one batch as the ledger does, of which the store has served since the epoch. */
  public static List<Outcome> run(
      LedgerStore store, List<? extends Command> commands, long nowMicros) {
    try (LedgerStore.Transaction transaction = store.begin()) {
      List<Outcome> outcomes = new Batch(transaction, nowMicros, DiskSpace.UNLIMITED).run(commands);
      transaction.noteServed(nowMicros, 0);
      transaction.commit();
      return outcomes;
    }
  }

  /** Runs one batch, and answers what was booked, by repository. */
  public static Map<String, List<Event>> booked(
      LedgerStore store, List<? extends Command> commands, long nowMicros) {
    try (LedgerStore.Transaction transaction = store.begin()) {
      Batch batch = new Batch(transaction, nowMicros, DiskSpace.UNLIMITED);
      batch.run(commands);
      transaction.noteServed(nowMicros, 0);
      transaction.commit();
      return batch.booked();
    }
  }

  /** Makes some change in a transaction. */
  public static void change(LedgerStore.Transaction transaction, long nowMicros) {
    Batch batch = new Batch(transaction, nowMicros, DiskSpace.UNLIMITED);
    batch.run(
        List.of(new CreateRepository("default", 1), new UpdateRepository("default", nowMicros)));
  }

  /** Runs one batch, and ends its transaction without a commit. */
  public static List<Outcome> runWithoutCommit(
      LedgerStore store, List<? extends Command> commands, long nowMicros) {
    try (LedgerStore.Transaction transaction = store.begin()) {
      return new Batch(transaction, nowMicros, DiskSpace.UNLIMITED).run(commands);
    }
  }

  /** All events that are asked for, page by page. */
  public static List<Event> events(LedgerReads store, EventsQuery query) {
    List<Event> events = new ArrayList<>();
    @Nullable EventsPage page = store.events(query);
    while (page != null) {
      events.addAll(page.events());
      page = page.scannedTo() == 0 ? null : store.events(query.behind(page.scannedTo()));
    }
    return events;
  }

  /** Forgets everything that was run before this time. */
  public static int purge(LedgerStore store, long beforeMicros) {
    try (LedgerStore.Transaction transaction = store.begin()) {
      int forgotten = transaction.purgeBefore(beforeMicros, Integer.MAX_VALUE);
      transaction.commit();
      return forgotten;
    }
  }

  /** Gives some room back. */
  public static int reclaimSpace(LedgerStore store) {
    try (LedgerStore.Transaction transaction = store.begin()) {
      int given = transaction.reclaimSpace();
      transaction.commit();
      return given;
    }
  }

  /** Adjusts leases as a start of the server does, and a clock that is set. */
  public static void adjustLeases(
      LedgerStore store, long byMicros, long nowMicros, long graceMicros) {
    try (LedgerStore.Transaction transaction = store.begin()) {
      transaction.adjustLeases(byMicros, nowMicros, graceMicros);
      transaction.commit();
    }
  }
}
