package dev.holdfast.server.store.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.PostgresUrl;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The database is migrated once, and refused where that would do harm. */
@Timeout(60)
class PostgresSchemaTest {
  private static final String TABLES =
      "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'";

  private final TestDatabase database = TestDatabase.create();

  private String refused(PostgresSettings settings) {
    StoreException refused =
        assertThrows(StoreException.class, () -> PostgresStore.open(settings).close());
    assertFalse(refused.conflict() || refused.outcomeUnknown());
    return Objects.requireNonNull(refused.getMessage());
  }

  private String refused() {
    return refused(database.settings());
  }

  @Test
  void serversThatStartTogetherMigrateOnce() {
    int servers = 6;
    CyclicBarrier together = new CyclicBarrier(servers);
    List<CompletableFuture<Void>> opened = new ArrayList<>();
    for (int i = 0; i < servers; i++) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      opened.add(done);
      new Thread(
              () -> {
                try {
                  together.await();
                  PostgresStore.open(database.settings()).close();
                  done.complete(null);
                } catch (Exception e) {
                  done.completeExceptionally(e);
                }
              })
          .start();
    }
    opened.forEach(CompletableFuture::join);
    assertEquals(PostgresSchema.version(), database.number("SELECT version FROM holdfast_schema"));
    assertEquals(1, database.number("SELECT count(*) FROM ledger"));
  }

  @Test
  void aNewerSchemaIsRefused() {
    PostgresStore.open(database.settings()).close();
    database.execute("UPDATE holdfast_schema SET version = 99");
    String reason = refused();
    assertTrue(reason.contains("version 99"), reason);
    assertTrue(reason.contains("newer"), reason);
    assertEquals(99, database.number("SELECT version FROM holdfast_schema"));
  }

  @Test
  void aTableOfAnotherProgramIsRefusedAndNothingIsLeftBehind() {
    database.execute("CREATE TABLE events (what text)");
    String reason = refused();
    assertTrue(reason.contains("another program"), reason);
    assertEquals(1, database.number(TABLES));
    database.execute("DROP TABLE events");
    PostgresStore.open(database.settings()).close();
  }

  @Test
  void aVersionTableOfAnotherProgramIsRefused() {
    database.execute("CREATE TABLE holdfast_schema (number integer)");
    String reason = refused();
    assertTrue(reason.contains("another program"), reason);
    assertEquals(1, database.number(TABLES));
  }

  @Test
  void tablesThatWereAlteredAreRefused() {
    PostgresStore.open(database.settings()).close();
    database.execute("ALTER TABLE releases DROP COLUMN release_key CASCADE");
    String reason = refused();
    assertTrue(reason.contains("another program"), reason);
  }

  @Test
  void aRoleWithoutRightsIsToldWhatItNeeds() {
    String role =
        "role_" + database.number("SELECT oid FROM pg_database WHERE datname = current_database()");
    database.execute("CREATE ROLE " + role + " LOGIN");
    PostgresSettings asRole =
        PostgresSettings.of(
            PostgresUrl.parse(
                database.url("").replace("//postgres@", "//" + role + "@"), Map.of()));
    String reason = refused(asRole);
    assertTrue(reason.contains("GRANT CREATE ON SCHEMA"), reason);
    assertEquals(0, database.number(TABLES));
    PostgresStore.open(database.settings()).close();
    reason = refused(asRole);
    assertTrue(reason.contains("grant"), reason);
  }

  @Test
  void aReadOnlyDatabaseIsRefused() {
    PostgresStore.open(database.settings()).close();
    String reason = refused(database.settings("options=-c%20default_transaction_read_only%3Don"));
    assertTrue(reason.contains("read-only"), reason);
    assertTrue(reason.contains("primary"), reason);
  }

  @Test
  void aMissingDatabaseAndAWrongPortAreToldAsSuch() {
    String url = database.url("");
    String reason = refused(PostgresSettings.of(PostgresUrl.parse(url + "x", Map.of())));
    assertTrue(reason.contains("create the database"), reason);
    reason =
        refused(
            PostgresSettings.of(PostgresUrl.parse(url.replaceFirst(":\\d+/", ":1/"), Map.of())));
    assertTrue(reason.contains("127.0.0.1:1"), reason);
  }

  @Test
  void noMessageHasThePassword() {
    String withPassword = database.url("").replace("postgres@", "nobody:secret%40word@");
    PostgresSettings settings = PostgresSettings.of(PostgresUrl.parse(withPassword, Map.of()));
    StoreException refused =
        assertThrows(StoreException.class, () -> PostgresStore.open(settings).close());
    for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
      assertFalse(String.valueOf(cause.getMessage()).contains("secret"), cause.toString());
    }
    assertFalse(settings.toString().contains("secret"), settings.toString());
  }

  @Test
  void aServerThatIsOpenNoticesThatItsDatabaseBecameUnusable() {
    try (PostgresStore store = PostgresStore.open(database.settings())) {
      store.probe();
      assertEquals("", store.trouble());
      database.execute("UPDATE holdfast_schema SET version = 2");
      store.probe();
      assertTrue(store.trouble().contains("schema version 2"), store.trouble());
      database.execute("UPDATE holdfast_schema SET version = 1");
      database.execute(
          "ALTER DATABASE "
              + database.name()
              + " SET default_transaction_read_only = on;"
              + " SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
      store.probe();
      assertTrue(store.trouble().contains("does not answer"), store.trouble());
      store.probe();
      assertTrue(store.trouble().contains("read-only"), store.trouble());
    }
  }
}
