package dev.holdfast.server.store.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.LedgerStore.CommitOutcome;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.PostgresUrl;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A commit that only the primary has, because its wait for the standby was cut off. */
@Timeout(60)
class UnreplicatedCommitTest {
  private static final SortedSet<String> IDS = new TreeSet<>(Set.of("default"));
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final String CONNECTION_FAILURE = "08006";

  @Test
  void itIsNotCommittedUntilTheStandbyHasIt() throws Exception {
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.builder()
            .setServerConfig("listen_addresses", "127.0.0.1")
            .setServerConfig("fsync", "off")
            .setServerConfig("synchronous_commit", "on")
            .start()) {
      PostgresStore store = PostgresStore.open(settings(postgres));
      try {
        BatchId batchId = BatchId.random();
        try (LedgerStore.Transaction transaction = store.begin(IDS)) {
          StoreRunner.change(transaction, 4);
          transaction.commit(batchId);
        }
        requireStandby(postgres, "absent");
        StoreException unknown =
            assertThrows(StoreException.class, () -> store.outcomeOf(batchId, IDS));
        assertTrue(unknown.outcomeUnknown(), unknown.toString());
        requireStandby(postgres, "");
        assertEquals(CommitOutcome.COMMITTED, store.outcomeOf(batchId, IDS));

        // A repeated operation changes nothing, and must not be answered from it either.
        requireStandby(postgres, "absent");
        StoreException again = assertThrows(StoreException.class, () -> changeNothing(store));
        assertTrue(again.outcomeUnknown(), again.toString());
        requireStandby(postgres, "");
        changeNothing(store);
      } finally {
        store.close();
      }
    }
  }

  private static void changeNothing(LedgerStore store) {
    try (LedgerStore.Transaction transaction = store.begin(IDS)) {
      var unused = transaction.load(new ReadSet("default"), 4);
      transaction.confirm();
    }
  }

  private static PostgresSettings settings(EmbeddedPostgres postgres) {
    String url = "postgresql://postgres@127.0.0.1:" + postgres.getPort() + "/postgres";
    return new PostgresSettings(PostgresUrl.parse(url, Map.of()), 2, 2, SHORT, SHORT, SHORT, SHORT);
  }

  private static void requireStandby(EmbeddedPostgres postgres, String name) throws SQLException {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER SYSTEM SET synchronous_standby_names = '" + name + "'");
      statement.execute("SELECT pg_reload_conf()");
    }
    // It takes effect when the processes of PostgreSQL have read it.
    while (commitHangs(postgres) == name.isEmpty()) {
      Thread.onSpinWait();
    }
  }

  private static boolean commitHangs(EmbeddedPostgres postgres) throws SQLException {
    try (Connection connection = postgres.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setNetworkTimeout(Runnable::run, (int) SHORT.toMillis());
      statement.execute("SELECT pg_logical_emit_message(true, 'test', '')");
      return false;
    } catch (SQLException e) {
      if (CONNECTION_FAILURE.equals(e.getSQLState())) {
        return true;
      }
      throw e;
    }
  }
}
