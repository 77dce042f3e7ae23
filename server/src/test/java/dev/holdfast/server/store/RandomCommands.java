package dev.holdfast.server.store;

import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Apply;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.CreateRepository;
import dev.holdfast.server.ledger.rules.DeleteRepository;
import dev.holdfast.server.ledger.rules.EndRequest;
import dev.holdfast.server.ledger.rules.FillSlot;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.ReleaseSlot;
import dev.holdfast.server.ledger.rules.ReleaseUnassigned;
import dev.holdfast.server.ledger.rules.RenewLease;
import dev.holdfast.server.ledger.rules.ReserveSlot;
import dev.holdfast.server.ledger.rules.ReserveUnassigned;
import dev.holdfast.server.ledger.rules.Step;
import dev.holdfast.server.ledger.rules.UpdateRepository;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Commands that often have to do with each other: few slots, few ids, generations given before. */
final class RandomCommands {
  private static final List<String> REPOSITORIES = List.of("default", "cold");

  private final Random random;
  private final List<String> requestIds = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();
  private final List<Long> generations = new ArrayList<>(List.of(0L));

  RandomCommands(Random random, int requests) {
    this.random = random;
    for (int i = 0; i < requests; i++) {
      String id = i % 3 == 0 ? "r" + i : "0x" + "%064x".formatted(random.nextLong());
      requestIds.add(id);
      slots.add(new Slot(id, 0));
      slots.add(new Slot(id, random.nextLong()));
    }
  }

  List<String> repositoryIds() {
    return REPOSITORIES;
  }

  List<Slot> slots() {
    return slots;
  }

  List<String> requestIds() {
    return requestIds;
  }

  /** Every key under which an operation may be remembered. */
  List<OperationKey> operations() {
    List<OperationKey> keys = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      keys.add(new OperationKey("", "op" + i));
      for (String requestId : requestIds) {
        keys.add(new OperationKey(requestId, "op" + i));
      }
    }
    return keys;
  }

  /** Takes generations over that were given out, for later commands to name. */
  void learn(List<Outcome> outcomes) {
    for (Outcome outcome : outcomes) {
      if (outcome instanceof Outcome.ReservationDone done) {
        generations.add(done.reservation().generation());
      }
    }
  }

  List<Command> next(int count) {
    List<Command> commands = new ArrayList<>();
    while (commands.size() < count) {
      commands.add(next());
    }
    return commands;
  }

  private Command next() {
    String repository = any(REPOSITORIES);
    return switch (random.nextInt(24)) {
      case 0 -> new CreateRepository(repository, random.nextInt(1, 2000));
      case 1 -> new UpdateRepository(repository, random.nextInt(2000));
      case 2 -> new DeleteRepository(repository);
      case 3 -> new ReserveUnassigned(repository, random.nextInt(1, 100), operationId());
      case 4 -> new ReleaseUnassigned(repository, random.nextInt(1, 100), operationId());
      case 5, 6 -> {
        List<Step> steps = new ArrayList<>();
        int count = random.nextInt(8);
        while (steps.size() < count) {
          steps.add(step(repository));
        }
        yield new Apply(repository, steps, random.nextBoolean());
      }
      default -> step(repository);
    };
  }

  private Step step(String repository) {
    Slot slot = any(slots);
    return switch (random.nextInt(9)) {
      case 0, 1, 2, 3 ->
          new ReserveSlot(
              repository,
              slot,
              random.nextInt(1, 50),
              random.nextBoolean() ? 0 : random.nextInt(1, 8_000_000),
              operationId());
      case 4 -> new RenewLease(repository, slot, generation(), random.nextInt(1, 8_000_000));
      case 5 -> new FillSlot(repository, slot, generation(), operationId());
      case 6, 7 ->
          new ReleaseSlot(
              repository,
              slot,
              generation(),
              random.nextBoolean() ? ReleaseReason.REQUEST_ENDED : ReleaseReason.ATTEMPT_FAILED,
              operationId());
      default -> new EndRequest(repository, slot.requestId(), operationId());
    };
  }

  private long generation() {
    return random.nextBoolean() ? 0 : any(generations);
  }

  private String operationId() {
    int number = random.nextInt(8);
    return number < 6 ? "op" + number : "";
  }

  private <T> T any(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }
}
