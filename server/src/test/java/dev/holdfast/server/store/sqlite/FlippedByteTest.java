package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.PutValue;
import dev.holdfast.server.store.RandomCommands;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One byte of a stopped store changes: whatever is read is then what was written, or is refused,
 * and whoever looks for damage finds it.
 */
class FlippedByteTest {
  private static final int FLIPS = Integer.getInteger("holdfast.flips", 40);
  private static final long SEED = Long.getLong("holdfast.seed", new Random().nextLong());
  private static final List<String> REPOSITORIES = List.of("default", "cold");
  private static final ReleaseIndex.Limits LIMITS = new ReleaseIndex.Limits(20, 600, Long.SIZE);
  private static final int YOUNG = 20;
  private static final int PAGE_BYTES = 4096;
  private static final int FILE_HEADER_BYTES = 100;

  @TempDir Path directory = Path.of("");

  private final Random random = new Random(SEED);
  private final List<Slot> slots = new ArrayList<>();
  private byte[] file = new byte[0];

  @BeforeEach
  void writeAStore() throws IOException {
    System.out.println("-Dholdfast.seed=" + SEED);
    Path database = directory.resolve("whole.db");
    try (SqliteStore store = SqliteStore.open(database, LIMITS, YOUNG)) {
      RandomCommands commands = new RandomCommands(random, 20);
      for (String repository : REPOSITORIES) {
        StoreRunner.run(store, List.of(new CreateRepository(repository, 100_000)), 1);
        byte[] value = new byte[300];
        random.nextBytes(value);
        StoreRunner.run(store, List.of(new PutValue(repository, "key", new Value(value), null)), 1);
      }
      for (int i = 0; i < 60; i++) {
        List<Command> batch = commands.next(20);
        commands.learn(StoreRunner.run(store, batch, 1_000_000 + i));
      }
      REPOSITORIES.forEach(
          id ->
              store
                  .reservations(new ReservationsQuery(id, null, null, null, 1000))
                  .reservations()
                  .forEach(one -> slots.add(one.slot())));
    }
    file = Files.readAllBytes(database);
  }

  /** Everything that can be asked for, by what was asked. */
  private Map<String, Object> reads(SqliteStore store) {
    Map<String, Object> reads = new LinkedHashMap<>();
    ask(reads, "repositories", () -> store.repositories("", 100));
    for (String id : REPOSITORIES) {
      ask(reads, "repository " + id, () -> String.valueOf(store.repository(id)));
      ask(
          reads,
          "reservations " + id,
          () ->
              store.reservations(new ReservationsQuery(id, null, null, null, 1000)).reservations());
      ask(reads, "events " + id, () -> StoreRunner.events(store, EventsQuery.all(id, 0, 1000)));
      ask(reads, "offers " + id, () -> store.offers(id, "", 100));
      ask(reads, "keys " + id, () -> store.keys(id, "", "", 100));
      ask(reads, "entry " + id, () -> String.valueOf(store.entry(id, "key")));
      for (Slot slot : slots) {
        ask(reads, id + " " + slot, () -> String.valueOf(store.reservation(id, slot)));
      }
    }
    return reads;
  }

  private static void ask(Map<String, Object> reads, String what, Supplier<Object> read) {
    try {
      reads.put(what, read.get());
    } catch (StoreException e) {
      reads.put(what, e);
    }
  }

  /** Whether an answer has nothing that the true one has not: at worst something is missing. */
  private static boolean onlyMisses(Object answer, Object truth) {
    if (answer instanceof StoreException || answer.equals(truth) || answer.equals("null")) {
      return true;
    }
    return answer instanceof Collection<?> some
        && truth instanceof Collection<?> all
        && all.containsAll(some);
  }

  private static boolean found(SqliteStore store) {
    List<Recount.Problem> problems = new ArrayList<>(store.damagedRest());
    store.recountAll(recount -> problems.addAll(recount.problems()));
    return !problems.isEmpty() || !store.damage().isEmpty();
  }

  @Test
  void isNeverServedAndAlwaysFound() throws IOException {
    Path database = directory.resolve("flipped.db");
    Files.write(database, file);
    Map<String, Object> truth;
    try (SqliteStore store = SqliteStore.openForVerification(database)) {
      truth = reads(store);
      assertEquals(false, found(store));
    }
    assertTrue(truth.values().stream().noneMatch(StoreException.class::isInstance));
    for (int i = 0; i < FLIPS; i++) {
      int at = random.nextInt(file.length);
      byte[] flipped = file.clone();
      flipped[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(database, flipped);
      String where = "byte " + at + " of " + file.length + " is " + flipped[at];
      try (SqliteStore store = SqliteStore.openForVerification(database)) {
        check(store, truth, at, where);
      } catch (StoreException | IllegalStateException e) {
        // The store is refused as a whole.
        assertTrue(e.getMessage() != null, where);
      }
      Files.deleteIfExists(directory.resolve("flipped.db-wal"));
      Files.deleteIfExists(directory.resolve("flipped.db-shm"));
    }
  }

  /**
   * Whether a byte is of those that say how many cells a page of a table has. Who goes through the
   * table misses nothing where there are fewer; the sums do, of which the scrub knows nothing.
   */
  private static boolean isCellCount(int at) {
    int inPage = at < PAGE_BYTES ? at - FILE_HEADER_BYTES : at % PAGE_BYTES;
    return inPage == 3 || inPage == 4;
  }

  private void check(SqliteStore store, Map<String, Object> truth, int at, String where) {
    Map<String, Object> answers = reads(store);
    boolean allTrue = true;
    for (Map.Entry<String, Object> answer : answers.entrySet()) {
      Object right = Objects.requireNonNull(truth.get(answer.getKey()));
      assertTrue(
          onlyMisses(answer.getValue(), right),
          () -> where + ": " + answer + " instead of " + right);
      allTrue &= answer.getValue().equals(right);
    }
    store.scrubAll();
    if (!isCellCount(at)) {
      reads(store)
          .forEach(
              (what, answer) ->
                  assertTrue(
                      answer instanceof StoreException || answer.equals(truth.get(what)),
                      () -> where + ", after the scrub: " + what + " is " + answer));
    }
    if (!allTrue) {
      boolean found;
      try {
        found = found(store);
      } catch (StoreException e) {
        found = true;
      }
      assertTrue(found, where + " is found by nobody");
    }
  }
}
