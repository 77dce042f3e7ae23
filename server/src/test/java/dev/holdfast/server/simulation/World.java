package dev.holdfast.server.simulation;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Several ledgers on one database, and their clients, on one thread. A seed decides who runs, what
 * fails, which servers die and how time passes, so a seed that finds a fault finds it again. After
 * TigerBeetle's and FoundationDB's simulators.
 */
final class World {
  private static final int SERVERS = 3;
  private static final int CLIENTS = 5;
  private static final int REPOSITORIES = 2;
  private static final long CAPACITY_BYTES = 8;
  private static final long TICK_MICROS = 100_000;
  private static final int MAX_DEPTH = 2;

  private final Random random;
  private final Sabotage sabotage;
  private final boolean locking;
  private final Invariants invariants = new Invariants(this);
  private final SimulatedDatabase database = new SimulatedDatabase(this);
  private final List<SimulatedServer> servers = new ArrayList<>();
  private final List<SimulatedClient> clients = new ArrayList<>();
  private long nowMicros = 1_800_000_000_000_000L;
  private long upMicros;
  private int depth;

  /** Whether nothing fails any more, so that everything comes to an end. */
  private boolean calm;

  World(long seed, Sabotage sabotage) {
    this.random = new Random(seed);
    this.sabotage = sabotage;
    this.locking = random.nextBoolean();
    for (int i = 0; i < REPOSITORIES; i++) {
      StoreRunner.run(
          database.books(), List.of(new CreateRepository(repository(i), CAPACITY_BYTES)), 1);
      invariants.created(repository(i), CAPACITY_BYTES);
    }
    for (int i = 0; i < SERVERS; i++) {
      servers.add(new SimulatedServer(this, database, i));
    }
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(new SimulatedClient(this, i, repository(i % REPOSITORIES)));
    }
  }

  private static String repository(int number) {
    return "repository-" + number;
  }

  /** Runs so many steps, and then lets everything come to an end. */
  void run(int steps) {
    for (int i = 0; i < steps; i++) {
      step();
    }
    calm = true;
    database.down(false);
    pass(10_000_000);
    for (int i = 0; i < 100; i++) {
      clients.forEach(SimulatedClient::act);
      pass(TICK_MICROS);
    }
    database.completeAll();
    invariants.checkBooks();
  }

  private void step() {
    double drawn = random.nextDouble();
    if (drawn < 0.55) {
      clients.get(random.nextInt(CLIENTS)).act();
    } else if (drawn < 0.85) {
      servers.get(random.nextInt(SERVERS)).commitOne();
    } else if (drawn < 0.98) {
      pass(1 + random.nextInt(300_000));
    } else if (drawn < 0.988) {
      servers.get(random.nextInt(SERVERS)).pause(random.nextInt(8_000_000));
    } else if (drawn < 0.994) {
      servers.get(random.nextInt(SERVERS)).kill();
    } else if (drawn < 0.997) {
      database.down(true);
      upMicros = nowMicros + random.nextInt(30_000_000);
    } else {
      long pauseMicros = random.nextInt(100_000_000);
      servers.forEach(server -> server.pause(pauseMicros));
      pass(pauseMicros);
    }
    invariants.checkSums();
  }

  private void pass(long micros) {
    for (long passed = 0; passed < micros; passed += TICK_MICROS) {
      nowMicros += Math.min(TICK_MICROS, micros - passed);
      if (database.down() && nowMicros >= upMicros) {
        database.down(false);
      }
      invariants.passed(!database.down() && servers.stream().anyMatch(SimulatedServer::isRunning));
      List<SimulatedServer> shuffled = new ArrayList<>(servers);
      Collections.shuffle(shuffled, random);
      shuffled.forEach(SimulatedServer::tick);
    }
  }

  /**
   * Lets others go on while a server waits for the database: other servers, and, below them, other
   * committers of the same one.
   */
  void meanwhile(int waiting) {
    int life = servers.get(waiting).life();
    while (depth < MAX_DEPTH && chance(0.3)) {
      depth++;
      try {
        servers.get((waiting + 1 + random.nextInt(SERVERS - 1)) % SERVERS).commitOne();
      } finally {
        depth--;
      }
    }
    if (servers.get(waiting).life() != life) {
      throw new Killed();
    }
  }

  /** Lets time pass between two attempts, and other servers go on. */
  void backOff(int waiting, int attempts) {
    nowMicros += attempts * 1000L;
    meanwhile(waiting);
  }

  /** Ends the running server here, now and then. */
  void killMaybe() {
    if (chance(0.01)) {
      throw new Killed();
    }
  }

  /** Returns true with this probability, and never once nothing fails any more. */
  boolean chance(double probability) {
    return random.nextDouble() < probability && !calm;
  }

  Random random() {
    return random;
  }

  Sabotage sabotage() {
    return sabotage;
  }

  boolean locking() {
    return locking;
  }

  Invariants invariants() {
    return invariants;
  }

  SimulatedDatabase database() {
    return database;
  }

  long nowMicros() {
    return nowMicros;
  }

  /** Returns a server that takes calls; null if none does. */
  @Nullable SimulatedServer runningServer() {
    List<SimulatedServer> running = servers.stream().filter(SimulatedServer::isRunning).toList();
    return running.isEmpty() ? null : running.get(random.nextInt(running.size()));
  }
}
