package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.store.RandomCommands;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import dev.holdfast.testing.Seed;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No statement that is run again and again goes through a whole table. */
class QueryPlansTest {
  /**
   * Events in the order of their key, up to the first row that is recent enough; and a table of one
   * row.
   */
  private static final Set<String> ALLOWED =
      Set.of("SCAN events", "SCAN recovery_point", "SCAN served");

  @TempDir Path directory = Path.of("");

  @Test
  void nothingGoesThroughAWholeTable() throws SQLException {
    Path database = directory.resolve("holdfast.db");
    Set<String> statements;
    try (SqliteStore store =
        SqliteStore.open(database, new ReleaseIndex.Limits(20, 600, Long.SIZE), 5)) {
      Set<String> atStart = store.statements();
      RandomCommands commands = new RandomCommands(Seed.random(), 50);
      for (int i = 0; i < 100; i++) {
        List<Command> batch = commands.next(100);
        List<Outcome> outcomes = StoreRunner.run(store, batch, 1_000_000 + i);
        commands.learn(outcomes);
      }
      store.reservation("default", new Slot("request", 0));
      store.reservations(new ReservationsQuery("default", "request", null, null, 10));
      store.expiredLeases(5, 5);
      store.repository("default");
      store.repositories("a", 5);
      StoreRunner.purge(store, 1_000_050);
      statements = store.statements();
      statements.removeAll(atStart);
    }
    List<String> scans = new ArrayList<>();
    int plans = 0;
    try (SqliteConnection connection = SqliteConnection.reader(database)) {
      for (String statement : statements) {
        if (statement.matches("(BEGIN|COMMIT|ROLLBACK|PRAGMA).*")) {
          continue;
        }
        plans++;
        for (String step :
            SqliteConnection.rows(
                connection.prepared("EXPLAIN QUERY PLAN " + statement), row -> row.getString(4))) {
          if (step.startsWith("SCAN") && !step.startsWith("SCAN (") && !ALLOWED.contains(step)) {
            scans.add(step + ": " + statement);
          }
        }
      }
    }
    assertEquals(List.of(), scans);
    assertTrue(plans > 15, "few statements: " + plans);
  }
}
