package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Decision;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.view.DiskSpace;
import dev.holdfast.server.ledger.view.Draft;
import dev.holdfast.server.ledger.view.ReadSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Runs a batch in one transaction: load, decide, write. The caller commits. */
final class Batch {
  private final long processMicros;
  private final DiskSpace diskSpace;
  private final Map<String, Draft> drafts = new HashMap<>();
  private final List<FutureGeneration> futureGenerations = new ArrayList<>();

  /**
   * A generation that a caller named and that its repository has not reached.
   *
   * @param repositoryId the id of the repository
   * @param named the generation
   * @param revision the repository's revision
   */
  record FutureGeneration(String repositoryId, long named, long revision) {}

  /**
   * Makes an empty batch.
   *
   * @param processMicros the process's time, in microseconds since the epoch; rules decide by it
   *     unless the engine has a clock of its own
   */
  Batch(long processMicros, DiskSpace diskSpace) {
    this.processMicros = processMicros;
    this.diskSpace = diskSpace;
  }

  /**
   * Decides the commands in order and writes what changed.
   *
   * @return one outcome per command, in the same order
   */
  List<Outcome> run(LedgerStore.Transaction transaction, List<? extends Command> commands) {
    load(transaction, commands);
    List<Outcome> outcomes = new ArrayList<>(commands.size());
    for (Command command : commands) {
      outcomes.add(decide(command));
    }
    for (Draft draft : drafts.values()) {
      if (!draft.changes().isEmpty()) {
        transaction.write(draft.delta());
      }
    }
    return outcomes;
  }

  /** Returns whether there is anything to commit. */
  boolean changed() {
    return drafts.values().stream().anyMatch(draft -> !draft.changes().isEmpty());
  }

  /** Returns how often the commands found an operation again by its operation id. */
  int replayCount() {
    return drafts.values().stream().mapToInt(Draft::replayCount).sum();
  }

  /** Returns the booked events by repository. */
  Map<String, List<Event>> booked() {
    Map<String, List<Event>> booked = new HashMap<>();
    drafts.forEach(
        (id, draft) -> {
          if (!draft.events().isEmpty()) {
            booked.put(id, draft.events());
          }
        });
    return booked;
  }

  /** Returns the named generations that no repository has reached. */
  List<FutureGeneration> futureGenerations() {
    return futureGenerations;
  }

  private void load(LedgerStore.Transaction transaction, List<? extends Command> commands) {
    Map<String, ReadSet> reads = new HashMap<>();
    for (Command command : commands) {
      command.declareReads(reads.computeIfAbsent(command.repositoryId(), ReadSet::new));
    }
    reads.forEach(
        (id, readSet) -> {
          LedgerStore.Transaction.Loaded loaded = transaction.load(readSet, processMicros);
          drafts.put(id, new Draft(id, loaded.books(), loaded.nowMicros(), diskSpace));
        });
  }

  private Outcome decide(Command command) {
    Draft draft = Objects.requireNonNull(drafts.get(command.repositoryId()));
    Decision decision;
    try {
      decision = command.decide(draft, draft.nowMicros()).ifSpaceAllows(draft);
    } catch (RuntimeException e) {
      // A rule is pure, so a defect in a rule affects one command and not the batch.
      return new Outcome.Broken(e);
    }
    for (Change change : decision.changes()) {
      draft.apply(change);
    }
    Repository repository = draft.repository();
    long named = command.namedGeneration();
    if (repository != null && named > repository.revision()) {
      futureGenerations.add(
          new FutureGeneration(command.repositoryId(), named, repository.revision()));
    }
    return decision.outcome();
  }
}
