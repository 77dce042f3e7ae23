package dev.holdfast.server.simulation;

import dev.holdfast.server.ledger.LeaseSweeper;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerClock;
import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.SimulatedLedger;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Command;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A server: a ledger with its sweeper, which can be paused, killed and started again. */
final class SimulatedServer implements LedgerListener, LedgerClock {
  private static final long TEND_MICROS = 1_000_000;

  private final World world;
  private final SimulatedDatabase database;
  private final int number;

  /** How far its estimate of the database's time is off. */
  private final long skewMicros;

  /** Its steady clock runs faster or slower than others. */
  private final double pace;

  private Deque<Runnable> committing = new ArrayDeque<>();
  private @Nullable Ledger ledger;
  private boolean inline;
  private long startMicros;
  private long pausedUntilMicros;
  private long tendMicros;
  private int life;

  SimulatedServer(World world, SimulatedDatabase database, int number) {
    this.world = world;
    this.database = database;
    this.number = number;
    this.skewMicros = world.random().nextInt(400_000) - 200_000L;
    this.pace = 0.999 + world.random().nextDouble() / 500;
  }

  boolean isRunning() {
    return ledger != null && world.nowMicros() >= pausedUntilMicros;
  }

  /** Returns a number that changes when the server is killed. */
  int life() {
    return life;
  }

  void pause(long micros) {
    pausedUntilMicros = Math.max(pausedUntilMicros, world.nowMicros() + micros);
  }

  /** Ends the process; what it had taken is never answered. */
  void kill() {
    if (ledger != null) {
      ledger = null;
      life++;
      committing = new ArrayDeque<>();
      startMicros = world.nowMicros() + world.random().nextInt(5_000_000);
    }
  }

  void submit(Command command, Ledger.Caller caller) {
    Ledger running = ledger;
    if (running != null) {
      running.submit(command, caller);
    }
  }

  /** Commits one batch, if one waits. */
  void commitOne() {
    if (isRunning()) {
      untilKilled(
          () -> {
            Runnable work = committing.poll();
            if (work != null) {
              work.run();
            }
          });
    }
  }

  /** Does what is due: everything that waits, upkeep and a pass of the sweeper. */
  void tick() {
    if (ledger == null && world.nowMicros() >= startMicros) {
      untilKilled(this::start);
    }
    if (!isRunning()) {
      return;
    }
    untilKilled(
        () -> {
          commitAll();
          Ledger running = ledger;
          if (running != null && world.nowMicros() >= tendMicros) {
            tendMicros = world.nowMicros() + TEND_MICROS;
            SimulatedLedger.tend(running);
            commitAll();
          }
          if (running != null) {
            sweep(running);
          }
        });
  }

  private void start() {
    Deque<Runnable> mine = new ArrayDeque<>();
    committing = mine;
    Ledger starting =
        SimulatedLedger.start(
            new SimulatedStore(world, database, number),
            this,
            this,
            work -> {
              if (inline) {
                work.run();
              } else {
                mine.add(work);
              }
            },
            attempts -> world.backOff(number, attempts));
    ledger = starting;
    try {
      inlined(starting::giveGrace);
    } catch (StoreException e) {
      // It ends, and is started again.
      kill();
    }
  }

  private void commitAll() {
    while (!committing.isEmpty()) {
      committing.remove().run();
    }
  }

  private void sweep(Ledger running) {
    try {
      inlined(new LeaseSweeper(running, this));
    } catch (StoreException e) {
      // The next pass tries again.
    }
  }

  /** Runs what waits for commits, which are made at once. */
  private void inlined(Runnable work) {
    inline = true;
    try {
      work.run();
    } finally {
      inline = false;
    }
  }

  private void untilKilled(Runnable work) {
    try {
      work.run();
    } catch (Killed e) {
      kill();
    }
  }

  @Override
  public long nowMicros() {
    return world.nowMicros() + skewMicros;
  }

  @Override
  public long steadyNanos() {
    return (long) (world.nowMicros() % 1_000_000_000_000_000L * 1000 * pace);
  }

  @Override
  public void storeFailed(StoreException e) {}

  @Override
  public void storeRecovered() {}

  @Override
  public void damaged(StoreException e) {
    throw new AssertionError(e);
  }

  @Override
  public void leasesExpired(long releasedCount, long releasedBytes) {}

  @Override
  public void clockSet(long fromMicros, long toMicros) {
    throw new AssertionError("the clock was set");
  }

  @Override
  public void namedFuture(String repositoryId, long named, long revision) {
    throw new AssertionError(repositoryId + " is at " + revision + ", but " + named + " was named");
  }

  @Override
  public void failed(RuntimeException e) {
    throw new AssertionError(e);
  }
}
