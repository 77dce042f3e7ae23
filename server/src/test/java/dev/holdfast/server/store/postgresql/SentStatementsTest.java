package dev.holdfast.server.store.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.ledger.view.RepositoryVisitor;
import dev.holdfast.server.store.RandomCommands;
import dev.holdfast.server.store.move.LedgerMove;
import dev.holdfast.server.store.move.MoveProgress;
import dev.holdfast.server.store.postgresql.rows.BatchRows;
import dev.holdfast.server.store.postgresql.rows.EventRows;
import dev.holdfast.server.store.postgresql.rows.RepositoryRows;
import dev.holdfast.testing.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every statement that the engine sends is one that Citus, YugabyteDB and CockroachDB understand,
 * and that stays within one repository, so that a database of several machines sends it to one of
 * them. These databases cannot be run here.
 */
@Timeout(120)
class SentStatementsTest {
  private static final List<String> FORBIDDEN =
      List.of(
          "advisory",
          "listen",
          "notify",
          "skip locked",
          "temporary",
          "temp table",
          "plpgsql",
          "create function",
          "do $");

  private static final List<String> TABLES =
      List.of(
          "repositories",
          "reservations",
          "events",
          "releases",
          "operations",
          "offers",
          "entries",
          "batches");

  /** The statements about all repositories, which are sent seldom. */
  private static final Set<String> OVER_ALL =
      Set.of(
          PostgresReads.EXPIRED_LEASES,
          PostgresReads.COUNT_STATES,
          RepositoryRows.PAGE,
          PostgresMaintenance.LEASED,
          BatchRows.PURGE,
          PostgresPurge.OLDEST,
          PostgresJump.ALL,
          PostgresContents.COUNT_REPOSITORIES,
          PostgresContents.COUNT_RESERVATIONS,
          PostgresContents.COUNT_EVENTS,
          PostgresTarget.ANY_REPOSITORY,
          RepositoryRows.ALL,
          EventRows.ALL);

  /** Returns what is wrong with a statement; empty if nothing is. */
  private static String problem(String statement) {
    String sql = statement.toLowerCase(Locale.ROOT);
    for (String word : FORBIDDEN) {
      if (sql.contains(word)) {
        return "uses " + word;
      }
    }
    for (String table : TABLES) {
      if (sql.matches(
          "(?s)(update|delete from) " + table + "\\b.*\\bwhere\\b.*clock_timestamp.*")) {
        return "changes " + table + " by a condition with a clock, which Citus rejects";
      }
      if (sql.matches("(?s).*\\bfrom " + table + "\\b.*\\bfor (no key )?update\\b.*")
          && !sql.matches("(?s).*\\brepository_id = \\?.*")) {
        return "locks " + table + " of all repositories, which Citus rejects";
      }
    }
    if (OVER_ALL.contains(statement) || sql.startsWith("create ") || sql.endsWith("where false")) {
      return "";
    }
    for (String table : TABLES) {
      if (sql.matches("(?s).*\\b(from|join|update) " + table + "\\b.*")
          && !sql.matches("(?s).*\\brepository_id = \\?.*")) {
        return "reads or changes " + table + " of all repositories";
      }
      if (sql.matches("(?s).*\\binsert into " + table + " .*")
          && !sql.startsWith("insert into " + table + " (repository_id, ")) {
        return "inserts into " + table + " without the repository first";
      }
    }
    return "";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT pg_advisory_xact_lock(1) | uses advisory",
        "LISTEN changes | uses listen",
        "NOTIFY changes | uses notify",
        "SELECT 1 FROM batches WHERE repository_id = ? FOR UPDATE SKIP LOCKED | uses skip locked",
        "CREATE TEMPORARY TABLE t (a int) | uses temporary",
        "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS '' | uses plpgsql",
        "DELETE FROM events WHERE last_revision < ? | reads or changes events of all repositories",
        "UPDATE offers SET sold_bytes = 0 | reads or changes offers of all repositories",
        "SELECT 1 FROM unnest(?) AS k JOIN releases r ON r.release_key = k"
            + " | reads or changes releases of all repositories",
        "DELETE FROM batches WHERE repository_id = ? AND write_micros < clock_timestamp()"
            + " | changes batches by a condition with a clock, which Citus rejects",
        "SELECT repository_id FROM repositories ORDER BY repository_id FOR UPDATE"
            + " | locks repositories of all repositories, which Citus rejects",
        "INSERT INTO entries (key) VALUES (?) | inserts into entries without the repository first",
      })
  void whatTheyWouldNotUnderstandIsFound(String statement, String problem) {
    assertEquals(problem, problem(statement));
  }

  @Test
  void noStatementIsOneThatTheyWouldNotUnderstand() {
    Set<String> sent = new ConcurrentSkipListSet<>();
    TestDatabase database = TestDatabase.create();
    try (PostgresStore store = PostgresStore.open(database.settings(), sent::add)) {
      work(store);
      database.execute("DELETE FROM servers");
      assertEquals(2, store.raiseRevisions());
    }
    move(database, sent);
    List<String> problems = new ArrayList<>();
    for (String statement : sent) {
      String problem = problem(statement);
      if (!problem.isEmpty()) {
        problems.add(problem + ": " + statement);
      }
    }
    assertEquals(List.of(), problems);
    assertTrue(sent.containsAll(OVER_ALL), "the work sends every listed statement");
    for (String table : TABLES) {
      assertTrue(
          sent.stream().anyMatch(sql -> sql.startsWith("INSERT INTO " + table + " ")), table);
      assertTrue(sent.stream().anyMatch(sql -> sql.contains("FROM " + table + " ")), table);
    }
  }

  private static void move(TestDatabase database, Set<String> sent) {
    try (PostgresContents source =
            PostgresContents.open(PostgresStore.open(database.settings(), sent::add));
        PostgresTarget target =
            PostgresTarget.open(PostgresStore.open(TestDatabase.create().settings(), sent::add))) {
      var unused = LedgerMove.run(source, target, MoveProgress.NONE);
    }
  }

  private static void work(PostgresStore store) {
    Random random = new Random(Seed.VALUE);
    RandomCommands commands = new RandomCommands(random, 6);
    Maintenance maintenance = store.maintenance();
    maintenance.adjustLeases(0, 0, 1);
    for (int i = 1; i <= 60; i++) {
      commands.learn(StoreRunner.run(store, commands.next(random.nextInt(1, 30)), 1000L * i));
      for (String id : List.of("default", "cold")) {
        int unused = StoreRunner.purge(store, 1000L * (i - 10));
        read(store, id);
      }
    }
    maintenance.tend();
    for (Maintenance.Duty duty : Maintenance.Duty.values()) {
      assertTrue(maintenance.acquire(duty));
    }
    store.probe();
    assertEquals("", store.trouble());
  }

  private static void read(PostgresStore store, String id) {
    TreeSet<String> ids = new TreeSet<>(Set.of(id));
    Slot slot = new Slot("r0", 0);
    List<Event> events = StoreRunner.events(store, EventsQuery.all(id, 0, 10));
    List<Object> results = new ArrayList<>(events);
    results.add(store.outcomeOf(BatchId.random(), ids));
    results.add(store.repositories("", 10));
    results.add(store.reservations(new ReservationsQuery(id, null, true, null, 10)));
    results.add(store.reservations(new ReservationsQuery(id, "r0", false, slot, 10)));
    results.add(store.offers(id, "", 10));
    results.add(store.keys(id, "", "", 10));
    results.add(store.spaceUse(List.of(id)));
    results.add(store.countStates());
    results.add(store.expiredLeases(1, 10));
    results.add(store.servedMicros());
    results.add(Optional.ofNullable(store.recount(id)));
    results.add(Optional.ofNullable(store.offer(id, "a")));
    results.add(Optional.ofNullable(store.entry(id, "a")));
    results.add(Optional.ofNullable(store.reservation(id, slot)));
    store.reservedIndexes(id, "r0", results::add);
    store.visitRepository(id, 0, new NoVisitor());
    try (var transaction = StoreRunner.begin(store, id)) {
      ReadSet reads = new ReadSet(id);
      reads.request("r0", ReadSet.MAX_LOADED_SLOTS);
      reads.request("r1", 1);
      results.add(transaction.reservationCount(id, "r0", 5));
      results.add(transaction.load(reads, 0));
    }
    assertTrue(results.size() > 10);
  }

  private static final class NoVisitor implements RepositoryVisitor {
    @Override
    public void repository(Repository repository) {}

    @Override
    public void event(Event event) {}

    @Override
    public void reservation(Reservation reservation) {}
  }
}
