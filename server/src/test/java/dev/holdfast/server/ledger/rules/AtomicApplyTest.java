package dev.holdfast.server.ledger.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.slots.Apply;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.RenewLease;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.rules.slots.Step;
import dev.holdfast.server.ledger.view.Draft;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An Apply that is all or none is refused with nothing of what its own undone steps did. */
class AtomicApplyTest {
  private static final String REPOSITORY = "default";
  private static final long CAPACITY_BYTES = 1_000_000_000;
  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  /** So large that no index is also a revision. */
  private static final long FIRST_INDEX = 5_000_000_000L;

  /** Without digits, which would look like numbers of the case. */
  private static final List<String> IDS = List.of("a", "b", "c", "d");

  /** Few, so that some are sent again. */
  private static final List<Long> AMOUNTS = List.of(100_000_003L, 300_000_007L, 600_000_011L);

  private static Slot slot(int number) {
    return new Slot("request", FIRST_INDEX + number);
  }

  private static Step reserve(int number, long amountBytes, String operationId) {
    return new ReserveSlot(REPOSITORY, slot(number), amountBytes, 0, operationId);
  }

  private static TinyBooks books(Step... steps) {
    TinyBooks books = new TinyBooks();
    send(books, new CreateRepository(REPOSITORY, CAPACITY_BYTES));
    for (Step step : steps) {
      send(books, step);
    }
    return books;
  }

  private static Outcome send(TinyBooks books, Command command) {
    Decision decision = command.decide(books, 1);
    books.apply(decision.changes(), 1);
    return decision.outcome();
  }

  private static Rejection refused(TinyBooks books, Step... steps) {
    Decision decision = new Apply(REPOSITORY, List.of(steps), true).decide(books, 1);
    assertTrue(decision.changes().isEmpty());
    return assertInstanceOf(Rejection.class, decision.outcome());
  }

  @Test
  void aSlotReservedTwiceIsRefusedWithoutTheGenerationThatNeverWas() {
    Rejection refused = refused(books(), reserve(0, 1, "a"), reserve(0, 1, "b"));
    assertEquals(Rejection.Reason.SLOT_ALREADY_RESERVED, refused.reason());
    assertEquals(
        Map.of(
            "repository_id",
            REPOSITORY,
            "request_id",
            "request",
            "slot_index",
            Long.toString(FIRST_INDEX),
            "operation_index",
            "1"),
        refused.facts());
    assertFalse(refused.message().contains("generation"), refused.message());
  }

  @Test
  void whatIsAvailableIsWhatItIsWithoutTheStepsBefore() {
    Rejection refused = refused(books(), reserve(0, 600_000_000, ""), reserve(1, 500_000_000, ""));
    assertEquals(Rejection.Reason.INSUFFICIENT_STORAGE, refused.reason());
    assertEquals("1000000000", refused.facts().get("available_bytes"));
    assertEquals("500000000", refused.facts().get("requested_bytes"));
    assertFalse(refused.message().contains("400000000"), refused.message());
  }

  @Test
  void whatHoldsWithoutTheStepsBeforeIsToldInFull() {
    TinyBooks books = books(reserve(0, 7, ""));
    Rejection refused = refused(books, reserve(1, 1, ""), reserve(0, 1, ""));
    assertEquals("2", refused.facts().get("current_generation"));
    assertEquals("7", refused.facts().get("amount_bytes"));
    assertEquals("1", refused.facts().get("operation_index"));
  }

  @Test
  void everyFactIsOneOfTheBooks() {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    System.out.println("atomic Applies: holdfast.seed=" + seed);
    Random random = new Random(seed);
    Map<Rejection.Reason, Integer> refusedForTheUndone = new EnumMap<>(Rejection.Reason.class);
    for (int round = 0; round < 3000; round++) {
      TinyBooks books = books();
      for (int i = 0; i < 10; i++) {
        send(books, step(random, books));
      }
      for (int i = 0; i < 10; i++) {
        List<Step> steps = new ArrayList<>();
        for (int j = 2 + random.nextInt(6); j > 0; j--) {
          steps.add(step(random, books));
        }
        Decision decision = new Apply(REPOSITORY, steps, true).decide(books, 1);
        if (decision.outcome() instanceof Rejection rejection) {
          check(books, steps, rejection, refusedForTheUndone);
        }
      }
    }
    for (Rejection.Reason reason :
        List.of(
            Rejection.Reason.SLOT_ALREADY_RESERVED,
            Rejection.Reason.INSUFFICIENT_STORAGE,
            Rejection.Reason.SLOT_FILLED,
            Rejection.Reason.RESERVATION_RELEASED,
            Rejection.Reason.OPERATION_ID_REUSED,
            Rejection.Reason.GENERATION_MISMATCH)) {
      assertTrue(
          refusedForTheUndone.getOrDefault(reason, 0) > 0, reason + " of " + refusedForTheUndone);
    }
  }

  private static void check(
      TinyBooks books,
      List<Step> steps,
      Rejection rejection,
      Map<Rejection.Reason, Integer> refusedForTheUndone) {
    Repository repository = Objects.requireNonNull(books.repository());
    int index = Integer.parseInt(Objects.requireNonNull(rejection.facts().get("operation_index")));
    Step failing = steps.get(index);
    Set<String> undone = undone(books, steps.subList(0, index));
    if (!undone.isEmpty()
        && !(failing.decide(books, 1).outcome() instanceof Rejection before
            && before.reason() == rejection.reason())) {
      refusedForTheUndone.merge(rejection.reason(), 1, Integer::sum);
    }
    String what = rejection + " of " + steps;
    checkFacts(books, repository, failing, rejection, what);
    undone.removeAll(standing(books, repository, failing));
    for (MatchResult number : NUMBER.matcher(rejection.message()).results().toList()) {
      assertFalse(undone.contains(number.group()), what);
    }
  }

  private static void checkFacts(
      TinyBooks books, Repository repository, Step failing, Rejection rejection, String what) {
    Map<String, String> facts = rejection.facts();
    SlotHistory slot =
        slot(failing) == null
            ? SlotHistory.NONE
            : books.slot(Objects.requireNonNull(slot(failing)));
    List<Released> past =
        slot(failing) == null ? List.of() : books.past(Objects.requireNonNull(slot(failing)));
    Reservation current = slot.current();
    facts.forEach(
        (name, value) -> {
          switch (name) {
            case "available_bytes" ->
                assertEquals(Long.toString(repository.availableBytes()), value, what);
            case "current_generation" ->
                assertEquals(
                    Long.toString(current == null ? 0 : current.generation()), value, what);
            case "state" ->
                assertEquals(
                    Objects.requireNonNull(current).filled() ? "FILLED" : "RESERVED", value, what);
            case "amount_bytes", "generation" ->
                assertKnown(slot, past, failing, name, value, what);
            case "reason" ->
                assertTrue(past.stream().anyMatch(one -> one.reason().name().equals(value)), what);
            default -> {}
          }
        });
  }

  private static void assertKnown(
      SlotHistory slot, List<Released> past, Step failing, String name, String value, String what) {
    List<Reservation> known = new ArrayList<>();
    if (slot.current() != null) {
      known.add(slot.current());
    }
    past.forEach(one -> known.add(one.reservation()));
    boolean sent = name.equals("generation") && value.equals(Long.toString(generation(failing)));
    assertTrue(
        sent
            || known.stream()
                .map(one -> name.equals("generation") ? one.generation() : one.amountBytes())
                .anyMatch(number -> value.equals(Long.toString(number))),
        what);
  }

  /** The numbers that came into being in steps, and are in no books. */
  private static Set<String> undone(TinyBooks books, List<Step> steps) {
    Set<String> undone = new HashSet<>();
    Draft draft = new Draft(REPOSITORY, books, 1);
    for (Step step : steps) {
      for (Change change : step.decide(draft, 1).changes()) {
        draft.apply(change);
        if (change instanceof Change.Booked) {
          Repository now = Objects.requireNonNull(draft.repository());
          undone.add(Long.toString(now.revision()));
          undone.add(Long.toString(now.availableBytes()));
        }
      }
    }
    return undone;
  }

  /** Numbers that are true although a step might have made them too. */
  private static Set<String> standing(TinyBooks books, Repository repository, Step failing) {
    Set<String> standing = new HashSet<>();
    standing.add(Long.toString(repository.availableBytes()));
    standing.add(Long.toString(repository.capacityBytes()));
    standing.add(Long.toString(generation(failing)));
    if (failing instanceof ReserveSlot reserve) {
      standing.add(Long.toString(reserve.amountBytes()));
    }
    books.current().forEach(one -> standing.add(Long.toString(one.amountBytes())));
    return standing;
  }

  private static @Nullable Slot slot(Step step) {
    if (step instanceof ReserveSlot reserve) {
      return reserve.slot();
    } else if (step instanceof RenewLease renew) {
      return renew.slot();
    } else if (step instanceof FillSlot fill) {
      return fill.slot();
    }
    return step instanceof ReleaseSlot release ? release.slot() : null;
  }

  private static long generation(Step step) {
    if (step instanceof RenewLease renew) {
      return renew.generation();
    } else if (step instanceof FillSlot fill) {
      return fill.generation();
    }
    return step instanceof ReleaseSlot release ? release.generation() : 0;
  }

  private static Step step(Random random, TinyBooks books) {
    int number = random.nextInt(3);
    String id = random.nextInt(3) == 0 ? "" : IDS.get(random.nextInt(IDS.size()));
    long revision = Objects.requireNonNull(books.repository()).revision();
    long generation = random.nextBoolean() ? 0 : random.nextLong(1, revision + 4);
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> reserve(number, AMOUNTS.get(random.nextInt(AMOUNTS.size())), id);
      case 3 -> new RenewLease(REPOSITORY, slot(number), generation, 5);
      case 4, 5 -> new FillSlot(REPOSITORY, slot(number), generation, id);
      case 6 ->
          new ReleaseSlot(
              REPOSITORY,
              slot(number),
              generation,
              random.nextBoolean() ? ReleaseReason.REQUEST_ENDED : ReleaseReason.ATTEMPT_FAILED,
              id);
      default -> new EndRequest(REPOSITORY, "request", id);
    };
  }
}
