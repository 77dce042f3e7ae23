package dev.holdfast.server.ledger.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Outcome.ReservationDone;
import dev.holdfast.server.ledger.rules.Outcome.SlotReleaseDone;
import dev.holdfast.server.ledger.rules.Outcome.SlotsReleaseDone;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.RenewLease;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.rules.slots.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/**
 * The rules on every sequence of messages, up to a length, over two slots of one request with two
 * attempts at the first: reserved, renewed, filled, released for either reason, ended, run out,
 * each of them early, late, twice and out of order. The promises are the invariants. Space is for
 * one of the slots and a half, so that attempts also race for bytes.
 *
 * <p>{@code -Dholdfast.sequence.length=6} looks further than the suite does, for some minutes.
 */
class EverySequenceTest {
  private static final String REPOSITORY = "default";
  private static final long CAPACITY_BYTES = 4;
  private static final Slot FIRST = new Slot("request", 0);
  private static final Slot SECOND = new Slot("request", 1);
  private static final long FIRST_BYTES = 3;
  private static final long SECOND_BYTES = 2;
  private static final long LEASE_MICROS = 10;

  /** A generation that no reservation ever has. */
  private static final long NEVER = 1L << 50;

  /** A message; what it says can depend on what was answered before. */
  private interface Message {
    Command in(World world);
  }

  /** A message, and whether the time goes on before it, beyond every lease. */
  private record Sent(String name, boolean later, Message message) {}

  private static final List<Sent> MESSAGES = messages();

  private static List<Sent> messages() {
    List<Sent> all = new ArrayList<>();
    all.add(now("reserve 1st, attempt A", w -> reserve(FIRST, FIRST_BYTES, LEASE_MICROS, "a")));
    all.add(now("reserve 1st, attempt B", w -> reserve(FIRST, FIRST_BYTES, 0, "b")));
    all.add(now("reserve 1st as A, other amount", w -> reserve(FIRST, 1, 0, "a")));
    all.add(now("reserve 2nd", w -> reserve(SECOND, SECOND_BYTES, LEASE_MICROS, "a")));
    all.add(now("renew A", w -> new RenewLease(REPOSITORY, FIRST, w.generation("a"), 1)));
    all.add(now("fill A", w -> new FillSlot(REPOSITORY, FIRST, w.generation("a"), "fa")));
    all.add(now("fill B", w -> new FillSlot(REPOSITORY, FIRST, w.generation("b"), "fb")));
    all.add(now("fill whichever", w -> new FillSlot(REPOSITORY, FIRST, 0, "f0")));
    all.add(now("give up A", w -> release(w.generation("a"), ReleaseReason.ATTEMPT_FAILED, "ra")));
    all.add(now("give up B", w -> release(w.generation("b"), ReleaseReason.ATTEMPT_FAILED, "rb")));
    all.add(now("A ended", w -> release(w.generation("a"), ReleaseReason.REQUEST_ENDED, "ea")));
    all.add(now("whichever ended", w -> release(0, ReleaseReason.REQUEST_ENDED, "e0")));
    all.add(now("give up, id of A's reserve", w -> release(0, ReleaseReason.ATTEMPT_FAILED, "a")));
    all.add(now("request ended", w -> new EndRequest(REPOSITORY, "request", "end")));
    all.add(now("request ended, no id", w -> new EndRequest(REPOSITORY, "request", "")));
    all.add(new Sent("leases run out", true, World::sweep));
    return all;
  }

  private static Sent now(String name, Message message) {
    return new Sent(name, false, message);
  }

  private static Command reserve(Slot slot, long amountBytes, long leaseMicros, String id) {
    return new ReserveSlot(REPOSITORY, slot, amountBytes, leaseMicros, id);
  }

  private static Command release(long generation, ReleaseReason reason, String id) {
    return new ReleaseSlot(REPOSITORY, FIRST, generation, reason, id);
  }

  @Test
  void thePromisesHoldAfterEverySequence() {
    World world = new World();
    world.send(new CreateRepository(REPOSITORY, CAPACITY_BYTES), false);
    new Sequences<World, Sent>(
            MESSAGES,
            Sent::name,
            World::copy,
            (next, sent) -> next.send(sent.message().in(next), sent.later()))
        .explore(world);
  }

  /** The books with what was answered so far, and the invariants. */
  private static final class World {
    private final TinyBooks books;
    private final Answers answers;
    private long nowMicros;

    World() {
      this(new TinyBooks(), new Answers(), 1);
    }

    private World(TinyBooks books, Answers answers, long nowMicros) {
      this.books = books;
      this.answers = answers;
      this.nowMicros = nowMicros;
    }

    World copy() {
      return new World(books.copy(), answers.copy(), nowMicros);
    }

    /**
     * The generation that an attempt at the first slot was answered; none is one that never was.
     */
    long generation(String operationId) {
      return answers.generation(FIRST, operationId, NEVER);
    }

    Command sweep() {
      List<ExpireLeases.Expired> all =
          books.current().stream()
              .map(now -> new ExpireLeases.Expired(now.slot(), now.generation()))
              .toList();
      return new ExpireLeases(REPOSITORY, all);
    }

    void send(Command command, boolean later) {
      nowMicros += later ? LEASE_MICROS : 0;
      Repository before = books.repository();
      long revision = before == null ? 0 : before.revision();
      Decision decision = command.decide(books, nowMicros);
      Outcome outcome = decision.outcome();

      if (outcome instanceof Rejection) {
        assertTrue(decision.changes().isEmpty(), "what is refused changes nothing");
      }
      for (Change change : decision.changes()) {
        if (change instanceof Change.SlotReleased released) {
          checkRelease(released.released(), command);
        }
        if (change instanceof Change.SlotReserved reserved) {
          Reservation now = reserved.reservation();
          assertTrue(answers.generations().add(now.generation()), "a generation comes once");
          assertTrue(
              answers.reserved().add(now.slot() + now.reserveOperationId()),
              "an operation reserves once");
        }
      }
      int booked = books.apply(decision.changes(), nowMicros);
      Repository after = Objects.requireNonNull(books.repository());
      assertEquals(revision + booked, after.revision(), "a revision a change");
      checkBalance(after);
      answers.check(command, outcome, decision.changes());
      if (outcome instanceof Outcome.Done && command instanceof Step) {
        checkSentAgain(command, outcome, !decision.changes().isEmpty());
      }
    }

    private void checkBalance(Repository repository) {
      long counted = books.current().stream().mapToLong(Reservation::amountBytes).sum();
      assertEquals(counted, repository.reservedBytes(), "the books balance");
      assertEquals(books.current().size(), repository.reservationCount());
      assertTrue(repository.reservedBytes() <= CAPACITY_BYTES, "never oversold");
      assertEquals(CAPACITY_BYTES - counted, repository.availableBytes());
    }

    private void checkRelease(Released released, Command command) {
      Reservation reservation = released.reservation();
      assertTrue(
          answers.released().add(reservation.generation()), "a reservation is released once");
      assertEquals(reservation, books.slot(reservation.slot()).current(), "with its own amount");
      if (reservation.filled()) {
        assertEquals(ReleaseReason.REQUEST_ENDED, released.reason(), "filled stays until it ended");
      }
      if (command instanceof ReleaseSlot release && release.generation() != 0) {
        assertEquals(release.generation(), reservation.generation(), "the one that was named");
      }
    }

    /** At once, later and much later; the rest of the sequence sends it late by itself. */
    private void checkSentAgain(Command command, Outcome first, boolean changed) {
      Decision again = command.decide(books, nowMicros);
      if (command instanceof RenewLease) {
        assertInstanceOf(ReservationDone.class, again.outcome());
        return;
      }
      assertTrue(again.changes().isEmpty(), "sent again it changes nothing");
      if (first instanceof ReservationDone done) {
        ReservationDone replay = assertInstanceOf(ReservationDone.class, again.outcome());
        assertEquals(done.reservation(), replay.reservation());
      } else if (command instanceof EndRequest end && end.operationId().isEmpty()) {
        assertEquals(0, assertInstanceOf(SlotsReleaseDone.class, again.outcome()).releasedCount());
      } else if (changed) {
        assertEquals(first, again.outcome(), "sent again it is answered as before");
      }
      if (first instanceof SlotReleaseDone done && changed) {
        assertFalse(done.alreadyReleased());
        assertNull(books.slot(FIRST).current(), "what was released is gone");
      }
    }
  }
}
