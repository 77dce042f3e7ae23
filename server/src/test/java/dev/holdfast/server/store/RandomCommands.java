package dev.holdfast.server.store;

import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.OperationKey;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Sales;
import dev.holdfast.server.ledger.rules.reconcile.Reconcile;
import dev.holdfast.server.ledger.rules.reconcile.ReconcileScope;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.DeleteKey;
import dev.holdfast.server.ledger.rules.repositories.DeleteRepository;
import dev.holdfast.server.ledger.rules.repositories.PutValue;
import dev.holdfast.server.ledger.rules.repositories.ReleaseUnassigned;
import dev.holdfast.server.ledger.rules.repositories.ReserveUnassigned;
import dev.holdfast.server.ledger.rules.repositories.UpdateRepository;
import dev.holdfast.server.ledger.rules.sales.DeleteOffer;
import dev.holdfast.server.ledger.rules.sales.PutOffer;
import dev.holdfast.server.ledger.rules.sales.SellSlot;
import dev.holdfast.server.ledger.rules.sales.StorageRequest;
import dev.holdfast.server.ledger.rules.slots.Apply;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.RenewLease;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.rules.slots.Step;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Commands that often have to do with each other: few slots, few ids, generations given before. */
public final class RandomCommands {
  private static final List<String> REPOSITORIES = List.of("default", "cold");
  private static final List<String> OFFERS = List.of("a", "b", "c");

  /** More would leave less to happen to each. */
  private static final int SLOTS = 2000;

  private final Random random;
  private final List<String> requestIds = new ArrayList<>();
  private final List<Slot> slots = new ArrayList<>();
  private final List<Long> generations = new ArrayList<>(List.of(0L));

  public RandomCommands(Random random, int requests) {
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

  /** Every id that an operation may have. */
  List<String> operationIds() {
    return IntStream.range(0, 6).mapToObj(i -> "op" + i).toList();
  }

  /** Some of the generations that were given out. */
  List<Long> someGenerations(int count) {
    return random.longs(count).mapToObj(any -> any(generations)).toList();
  }

  /** Every key under which an operation may be remembered. */
  List<OperationKey> operations() {
    List<OperationKey> keys = new ArrayList<>();
    for (String operationId : operationIds()) {
      keys.add(new OperationKey("", operationId));
      for (String requestId : requestIds) {
        keys.add(new OperationKey(requestId, operationId));
      }
    }
    return keys;
  }

  /** Takes generations over that were given out, for later commands to name. */
  public void learn(List<Outcome> outcomes) {
    for (Outcome outcome : outcomes) {
      if (outcome instanceof Outcome.ReservationDone done) {
        generations.add(done.reservation().generation());
      } else if (outcome instanceof Outcome.SaleDone done && done.reservation() != null) {
        generations.add(done.reservation().generation());
        if (slots.size() < SLOTS) {
          slots.add(done.reservation().slot());
        }
      }
    }
  }

  public List<Command> next(int count) {
    List<Command> commands = new ArrayList<>();
    while (commands.size() < count) {
      commands.add(next());
    }
    return commands;
  }

  private Command next() {
    String repository = any(REPOSITORIES);
    return switch (random.nextInt(32)) {
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
      case 7, 8 -> putOffer(repository);
      case 9 -> new DeleteOffer(repository, any(OFFERS));
      case 10, 11, 12, 13, 14 -> sell(repository);
      case 15 -> reconcile(repository);
      case 16, 17 -> {
        byte[] value = new byte[random.nextInt(5000)];
        random.nextBytes(value);
        yield new PutValue(repository, any(keys()), new Value(value), version());
      }
      case 18 -> new DeleteKey(repository, any(keys()), version());
      default -> step(repository);
    };
  }

  private Command putOffer(String repository) {
    Offer.Terms terms =
        new Offer.Terms(
            random.nextBoolean() ? 0 : random.nextInt(200),
            random.nextInt(5),
            random.nextBoolean() ? 0 : random.nextInt(20, 50),
            random.nextBoolean() ? 0 : random.nextInt(1, 20),
            random.nextInt(4) == 0 ? Sales.LARGEST : BigInteger.valueOf(random.nextInt(10)),
            random.nextBoolean() ? null : BigInteger.valueOf(random.nextInt(10)),
            random.nextBoolean() ? null : random.nextLong(1_000_000, 1_000_000_000),
            random.nextInt(10) != 0);
    return new PutOffer(repository, any(OFFERS), terms);
  }

  private Command sell(String repository) {
    long amountBytes = random.nextInt(1, 50);
    StorageRequest request =
        new StorageRequest(
            any(requestIds),
            random.nextBoolean() ? 1 : -1,
            random.nextBoolean() ? amountBytes : 20,
            random.nextInt(1, 20),
            random.nextBoolean() ? Sales.LARGEST : BigInteger.valueOf(random.nextInt(10)),
            BigInteger.valueOf(random.nextInt(10)),
            null);
    SellSlot sale = Sales.sell(repository, request, operationId(), random.nextLong(4));
    return random.nextBoolean() ? sale : Sales.withLease(sale, random.nextInt(1, 8_000_000));
  }

  /** Some slots unobserved, some observed; the rule looks at each by itself. */
  private Command reconcile(String repository) {
    List<Slot> some = new ArrayList<>(new LinkedHashSet<>(slots));
    Collections.shuffle(some, random);
    int unobserved = random.nextInt(1, some.size());
    int observed = random.nextInt(unobserved, some.size());
    return new Reconcile(
        new ReconcileScope(repository, any(generations), random.nextBoolean()),
        some.subList(0, unobserved).stream().sorted().toList(),
        some.subList(unobserved, observed).stream()
            .map(slot -> new Reconcile.Observed(slot, random.nextInt(50)))
            .toList(),
        random.nextInt(10));
  }

  /** Keys whose order by bytes is not that of their characters. */
  List<String> keys() {
    return List.of("a", "a/b", "a/b/c", "a0", "z", "\u0000", "\u00e4", "\uffff", "\ud83d\ude00");
  }

  private @Nullable Long version() {
    return random.nextInt(3) > 0 ? null : Long.valueOf(random.nextInt(40));
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
