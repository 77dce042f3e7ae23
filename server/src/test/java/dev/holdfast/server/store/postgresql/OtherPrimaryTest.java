package dev.holdfast.server.store.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.LedgerStore.CommitOutcome;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.PostgresUrl;
import dev.holdfast.testing.process.Relay;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The primary hangs, with its connections open, and another server of the URL is the primary. */
@Timeout(60)
class OtherPrimaryTest {
  private static final SortedSet<String> IDS = new TreeSet<>(Set.of("default"));

  /** Far less than the 30 s that a server may be silent, and five minutes for a read. */
  private static final long ENOUGH_SECONDS = 15;

  @Test
  void whoWaitsForTheOldPrimaryGoesOnAtTheOther() throws Exception {
    TestDatabase database = TestDatabase.create();
    try (EmbeddedPostgres other =
            EmbeddedPostgres.builder()
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setServerConfig("fsync", "off")
                .start();
        Relay relay = new Relay(database.target())) {
      String secondTarget = "127.0.0.1:" + other.getPort();
      try (Connection connection = other.getPostgresDatabase().getConnection();
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE DATABASE " + database.name());
      }
      PostgresStore.open(settings(secondTarget, database.name())).close();
      PostgresStore store =
          PostgresStore.open(settings(relay.target() + "," + secondTarget, database.name()));
      try (LedgerStore.Transaction transaction = store.begin(IDS)) {
        StoreRunner.change(transaction, 4);
        BatchId batchId = BatchId.random();
        List<String> ids = List.copyOf(IDS);
        assertEquals(Map.of(), store.revisions(ids));
        relay.swallowAnswers();
        relay.hold();
        CompletableFuture<Void> commit =
            CompletableFuture.runAsync(() -> transaction.commit(batchId));
        CompletableFuture<Map<String, Long>> read =
            CompletableFuture.supplyAsync(() -> store.revisions(ids));
        store.probe();
        assertNotEquals("", store.trouble());
        store.probe();
        assertEquals("", store.trouble());

        CompletionException failed =
            assertThrows(
                CompletionException.class,
                () -> commit.orTimeout(ENOUGH_SECONDS, TimeUnit.SECONDS).join());
        StoreException cause = assertInstanceOf(StoreException.class, failed.getCause());
        assertTrue(cause.conflict() || cause.outcomeUnknown(), failed.toString());
        assertEquals(Map.of(), read.get(ENOUGH_SECONDS, TimeUnit.SECONDS));
        assertEquals(CommitOutcome.NOT_COMMITTED, store.outcomeOf(batchId, IDS));
      } finally {
        relay.cut();
        store.close();
      }
    }
  }

  private static PostgresSettings settings(String hosts, String name) {
    return PostgresSettings.of(
        PostgresUrl.parse("postgresql://postgres@" + hosts + "/" + name, Map.of()));
  }
}
