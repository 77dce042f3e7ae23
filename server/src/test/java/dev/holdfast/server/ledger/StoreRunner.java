package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerReads;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.UpdateRepository;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.DiskSpace;
import dev.holdfast.server.ledger.view.ReadSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs batches on a store without a queue, for tests. */
public final class StoreRunner {
  private StoreRunner() {}

  /**
   * Runs one batch as the ledger does, of which the store has served since the epoch. On an engine
   * that several servers share, it runs one batch a repository.
   */
  public static List<Outcome> run(
      LedgerStore store, List<? extends Command> commands, long nowMicros) {
    List<Outcome> outcomes = runUnnoted(store, commands, nowMicros);
    note(store, nowMicros);
    return outcomes;
  }

  /** Runs one batch in one commit, after which nobody notes how long the store has served. */
  public static List<Outcome> runUnnoted(
      LedgerStore store, List<? extends Command> commands, long nowMicros) {
    List<Outcome> outcomes = new ArrayList<>(Collections.nCopies(commands.size(), null));
    for (List<Integer> indexes : transactions(store, commands)) {
      Batch batch = new Batch(nowMicros, DiskSpace.UNLIMITED);
      List<Command> chosen = indexes.stream().<Command>map(commands::get).toList();
      List<Outcome> found = commit(store, batch, chosen, nowMicros);
      for (int i = 0; i < found.size(); i++) {
        outcomes.set(indexes.get(i), found.get(i));
      }
    }
    return outcomes;
  }

  /** Returns the indexes of the commands of each transaction. */
  private static Collection<List<Integer>> transactions(
      LedgerStore store, List<? extends Command> commands) {
    Map<String, List<Integer>> indexes = new LinkedHashMap<>();
    for (int i = 0; i < commands.size(); i++) {
      String key = store.concurrency().soleOwner() ? "" : commands.get(i).repositoryId();
      indexes.computeIfAbsent(key, id -> new ArrayList<>()).add(i);
    }
    return indexes.values();
  }

  private static List<Outcome> commit(
      LedgerStore store, Batch batch, List<? extends Command> commands, long nowMicros) {
    try (LedgerStore.Transaction transaction = begin(store, commands)) {
      List<Outcome> outcomes = batch.run(atTime(transaction, nowMicros), commands);
      transaction.commit(BatchId.random());
      return outcomes;
    }
  }

  private static LedgerStore.Transaction begin(
      LedgerStore store, List<? extends Command> commands) {
    return store.begin(
        commands.stream()
            .map(Command::repositoryId)
            .collect(Collectors.toCollection(TreeSet::new)));
  }

  /** Begins a transaction on one repository. */
  public static LedgerStore.Transaction begin(LedgerStore store, String repositoryId) {
    return store.begin(new TreeSet<>(Set.of(repositoryId)));
  }

  /** Lets rules decide by this time, whatever clock the engine has. */
  private static LedgerStore.Transaction atTime(
      LedgerStore.Transaction transaction, long nowMicros) {
    return new LedgerStore.Transaction() {
      @Override
      public Loaded load(ReadSet reads, long ignored) {
        return new Loaded(transaction.load(reads, nowMicros).books(), nowMicros);
      }

      @Override
      public int reservationCount(String repositoryId, String requestId, int limit) {
        return transaction.reservationCount(repositoryId, requestId, limit);
      }

      @Override
      public void write(Delta delta) {
        transaction.write(delta);
      }

      @Override
      public void commit(BatchId batchId) {
        transaction.commit(batchId);
      }

      @Override
      public void confirm() {
        transaction.confirm();
      }

      @Override
      public void close() {
        transaction.close();
      }
    };
  }

  /** Notes that the ledger has served for so long. */
  public static void note(LedgerStore store, long servedMicros) {
    int unused =
        store.maintenance().purge(new Maintenance.ServedNote(servedMicros, 0), Long.MIN_VALUE, 1);
  }

  /** Runs one batch, and answers what was booked, by repository. */
  public static Map<String, List<Event>> booked(
      LedgerStore store, List<? extends Command> commands, long nowMicros) {
    Batch batch = new Batch(nowMicros, DiskSpace.UNLIMITED);
    List<Outcome> unused = commit(store, batch, commands, nowMicros);
    note(store, nowMicros);
    return batch.booked();
  }

  /** Makes some change in a transaction. */
  public static void change(LedgerStore.Transaction transaction, long nowMicros) {
    List<Outcome> unused =
        new Batch(nowMicros, DiskSpace.UNLIMITED)
            .run(
                transaction,
                List.of(
                    new CreateRepository("default", 1),
                    new UpdateRepository("default", nowMicros)));
  }

  /** Runs one batch, and ends its transaction without a commit. */
  public static List<Outcome> runWithoutCommit(
      LedgerStore store, List<? extends Command> commands, long nowMicros) {
    try (LedgerStore.Transaction transaction = begin(store, commands)) {
      return new Batch(nowMicros, DiskSpace.UNLIMITED).run(transaction, commands);
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
    Maintenance.ServedNote same = new Maintenance.ServedNote(store.servedMicros(), Long.MAX_VALUE);
    return store.maintenance().purge(same, beforeMicros, Integer.MAX_VALUE);
  }
}
