package dev.holdfast.server.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.RenewLease;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A client with one slot that nobody else uses, so that it knows what every answer has to be. It
 * repeats a call with an operation id that was not answered; without an id, it looks.
 */
final class SimulatedClient {
  private static final List<Long> LEASES_MICROS = List.of(0L, 1_000_000L, 10_000_000L, 90_000_000L);

  private final World world;
  private final String repositoryId;
  private final Slot slot;
  private int operations;
  private @Nullable Reservation held;
  private @Nullable Call call;

  /** A call that was sent. */
  private static final class Call implements Ledger.Caller {
    final Command command;
    final SimulatedServer server;
    final int life;

    /** Whether it was sent before, so that what it asks for may be done already. */
    final boolean repeated;

    @Nullable Outcome outcome;

    Call(Command command, SimulatedServer server, boolean repeated) {
      this.command = command;
      this.server = server;
      this.life = server.life();
      this.repeated = repeated;
    }

    @Override
    public boolean abandoned() {
      return false;
    }

    @Override
    public void answer(Outcome answered) {
      assertTrue(outcome == null, "a call is answered once");
      assertEquals(life, server.life(), "a dead server does not answer");
      outcome = answered;
    }
  }

  SimulatedClient(World world, int number, String repositoryId) {
    this.world = world;
    this.repositoryId = repositoryId;
    this.slot = new Slot("request-" + number, number);
  }

  /** Takes an answer, notices that there will be none, or sends a call. */
  void act() {
    Call sent = call;
    if (sent == null) {
      send(nextCommand(), false);
    } else if (sent.outcome != null) {
      call = null;
      take(sent, sent.outcome);
    } else if (sent.server.life() != sent.life) {
      call = null;
      retry(sent.command);
    }
  }

  private void send(Command command, boolean repeated) {
    SimulatedServer server = world.runningServer();
    if (server == null) {
      if (repeated) {
        look();
      }
      return;
    }
    Call sent = new Call(command, server, repeated);
    call = sent;
    server.submit(command, sent);
  }

  /** Goes on after a call that may have been done or not. */
  private void retry(Command command) {
    if (operationId(command).isEmpty() || world.chance(0.2)) {
      look();
    } else {
      send(command, true);
    }
  }

  private static String operationId(Command command) {
    if (command instanceof ReserveSlot reserve) {
      return reserve.operationId();
    } else if (command instanceof FillSlot fill) {
      return fill.operationId();
    } else if (command instanceof ReleaseSlot release) {
      return release.operationId();
    }
    return "";
  }

  /** Reads what became of the slot. */
  private void look() {
    world.database().completeAll();
    held = world.database().books().reservation(repositoryId, slot);
  }

  private Command nextCommand() {
    Random random = world.random();
    String id = random.nextBoolean() ? "" : "operation-" + ++operations;
    Reservation now = held;
    if (now == null) {
      long lease = LEASES_MICROS.get(random.nextInt(LEASES_MICROS.size()));
      return new ReserveSlot(repositoryId, slot, 1 + random.nextInt(3), lease, id);
    }
    int drawn = random.nextInt(10);
    if (drawn < 2 && !now.filled()) {
      return new FillSlot(repositoryId, slot, now.generation(), id);
    } else if (drawn < 6 && !now.filled() && now.leaseMicros() > 0) {
      return new RenewLease(repositoryId, slot, now.generation(), now.leaseMicros());
    }
    return new ReleaseSlot(repositoryId, slot, now.generation(), ReleaseReason.REQUEST_ENDED, id);
  }

  private void take(Call answered, Outcome outcome) {
    if (outcome instanceof Rejection rejection) {
      rejected(answered, rejection);
    } else if (outcome instanceof Outcome.ReservationDone done) {
      Reservation reservation = done.reservation();
      if (answered.command instanceof FillSlot) {
        held = reservation;
        if (done.released()) {
          assertTrue(answered.repeated, "released by nobody");
          held = null;
        } else {
          world.invariants().filled(repositoryId, reservation);
        }
        return;
      }
      world.invariants().acknowledged(repositoryId, reservation);
      held = reservation;
      if (answered.repeated) {
        look();
      }
    } else if (outcome instanceof Outcome.SlotReleaseDone done) {
      Reservation before = held;
      assertTrue(before != null, "what it released it held");
      assertTrue(
          !done.alreadyReleased()
              || answered.repeated
              || world.invariants().isExpired(repositoryId, before.generation()),
          "released by somebody else");
      world.invariants().released(repositoryId, before);
      held = null;
    } else {
      fail("unexpected: " + outcome);
    }
  }

  private void rejected(Call answered, Rejection rejection) {
    switch (rejection.reason()) {
      case STORE_UNAVAILABLE -> {
        if ("unknown".equals(rejection.facts().get("outcome"))) {
          retry(answered.command);
        } else if (answered.repeated) {
          look();
        }
      }
      case INSUFFICIENT_STORAGE ->
          assertTrue(answered.command instanceof ReserveSlot, "nothing else needs space");
      case RESERVATION_RELEASED, RESERVATION_NOT_FOUND, GENERATION_MISMATCH -> {
        Reservation before = held;
        assertTrue(
            answered.repeated
                || (before != null
                    && world.invariants().isExpired(repositoryId, before.generation())),
            () -> "nobody released " + before + ": " + rejection);
        look();
      }
      default -> fail(answered.command + " was rejected: " + rejection);
    }
  }
}
