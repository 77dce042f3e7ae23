package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.Maintenance;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.DeleteRepository;
import dev.holdfast.server.ledger.rules.repositories.ReserveUnassigned;
import dev.holdfast.server.ledger.rules.repositories.UpdateRepository;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that the row of a repository holds its reserved bytes, whatever happens to its events. */
class RepositoryRowTest {
  private static final String REPOSITORY = "default";

  @TempDir Path directory = Path.of("");
  private SqliteStore store;
  private long now = 1000;
  private int slots;

  @BeforeEach
  void open() {
    store = SqliteStore.open(directory.resolve("holdfast.db"));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void run(Command... commands) {
    StoreRunner.run(store, List.of(commands), ++now);
  }

  private ReserveSlot reserving(long amountBytes) {
    return new ReserveSlot(REPOSITORY, new Slot("request", slots++), amountBytes, 0, "");
  }

  /** Returns the repository, which has to be the same for all who read, also after a start. */
  private Repository books() throws SQLException {
    Repository books = Objects.requireNonNull(store.repository(REPOSITORY));
    assertEquals(List.of(books), store.repositories("", 10));
    assertEquals(List.of(), Objects.requireNonNull(store.recount(REPOSITORY)).problems());
    close();
    open();
    assertEquals(books, store.repository(REPOSITORY));
    return books;
  }

  private Repository inItsRow() throws SQLException {
    try (SqliteConnection connection = SqliteConnection.reader(directory.resolve("holdfast.db"))) {
      return SqliteConnection.rows(
              connection.prepared("SELECT " + RowMapper.REPOSITORY + " FROM repositories"),
              RowMapper::repository)
          .get(0)
          .repository();
    }
  }

  @Test
  void thatTheLastEventsAreMissingIsRecounted() throws SQLException {
    run(new CreateRepository(REPOSITORY, 1000));
    run(reserving(10));
    run(reserving(10));
    close();
    try (SqliteConnection other = SqliteConnection.writer(directory.resolve("holdfast.db"))) {
      other.run("DELETE FROM events WHERE chunk = 3");
    }
    open();
    List<Recount.Problem> problems = Objects.requireNonNull(store.recount(REPOSITORY)).problems();
    assertTrue(
        problems.contains(new Recount.Problem("last chunk of events", 3, 2)), problems::toString);
  }

  @Test
  void outlivesItsEvents() throws SQLException {
    run(new CreateRepository(REPOSITORY, 1000));
    run(reserving(10), new ReserveUnassigned(REPOSITORY, 3, ""));
    Repository expected = new Repository(REPOSITORY, 1000, 13, 3, 1, 3, 1001, 1002, false);
    assertEquals(expected, books());
    assertEquals(expected, inItsRow());

    StoreRunner.purge(store, now + 1);
    assertEquals(expected, books());
    assertEquals(expected, inItsRow());
  }

  @Test
  void isThatAfterAWholeBatch() throws SQLException {
    run(new CreateRepository(REPOSITORY, 1000));
    List<Command> many = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      many.add(reserving(1));
    }
    run(many.toArray(Command[]::new));
    Repository expected = new Repository(REPOSITORY, 1000, 300, 0, 300, 301, 1001, 1002, false);
    assertEquals(expected, books());
    assertEquals(257, store.maintenance().purge(new Maintenance.ServedNote(now, 0), now + 1, 2));
    assertEquals(expected, inItsRow());
    assertEquals(expected, books());
    StoreRunner.purge(store, now + 1);
    assertEquals(expected, books());
  }

  @Test
  void isRightInARepositoryThatWasMadeAgain() throws SQLException {
    run(new CreateRepository(REPOSITORY, 1000));
    run(new DeleteRepository(REPOSITORY));
    run(new CreateRepository(REPOSITORY, 1000));
    assertEquals(new Repository(REPOSITORY, 1000, 0, 0, 0, 3, 1003, 1003, false), books());
    run(new DeleteRepository(REPOSITORY), new CreateRepository(REPOSITORY, 1000), reserving(4));
    Repository expected = new Repository(REPOSITORY, 1000, 4, 0, 1, 6, 1004, 1004, false);
    assertEquals(expected, books());
    StoreRunner.purge(store, now + 1);
    assertEquals(expected, books());
  }

  @Test
  void isNobodysInARepositoryThatWasDeleted() {
    run(new CreateRepository(REPOSITORY, 1000));
    run(new UpdateRepository(REPOSITORY, 0));
    run(new DeleteRepository(REPOSITORY));
    assertNull(store.repository(REPOSITORY));
    assertEquals(List.of(), store.repositories("", 10));
  }
}
