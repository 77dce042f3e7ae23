package dev.holdfast.server.store.sqlite;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events that the index does not lead to are not taken for events that there are not. */
class HiddenEventsTest {
  private static final String REPOSITORY = "default";
  private static final int EVENTS = 1500;
  private static final int A_PAGE = 256;

  @TempDir Path directory = Path.of("");

  private final List<Long> truth = new ArrayList<>();
  private byte[] file = new byte[0];

  /** The file offsets of the start and the end of the cells in the root page of the index. */
  private int cells;

  private int end;

  private Path database() {
    return directory.resolve("holdfast.db");
  }

  /** One event a chunk, so that the index has some pages below its root. */
  @BeforeEach
  void fill() throws IOException, SQLException {
    try (SqliteStore store = SqliteStore.open(database())) {
      StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 1 << 20)), 1);
      for (int i = 1; i < EVENTS; i++) {
        StoreRunner.run(
            store, List.of(new ReserveSlot(REPOSITORY, new Slot("request", i), 1, 0, "")), 1);
      }
      truth.addAll(revisions(store));
      assertEquals(EVENTS, truth.size());
    }
    file = Files.readAllBytes(database());
    try (SqliteConnection look = SqliteConnection.readOnly(database())) {
      int pageBytes = (int) look.number("PRAGMA page_size");
      int page =
          (int) look.number("SELECT rootpage FROM sqlite_schema WHERE name = 'events_by_revision'");
      int root = (page - 1) * pageBytes;
      assertEquals(2, file[root], "the root leads to other pages");
      cells = root + ((file[root + 5] & 0xff) << 8) + (file[root + 6] & 0xff);
      end = root + pageBytes;
    }
  }

  private static List<Long> revisions(SqliteStore store) {
    List<Long> revisions = new ArrayList<>();
    long after = 0;
    do {
      EventsPage page = requireNonNull(store.events(EventsQuery.all(REPOSITORY, after, A_PAGE)));
      page.events().forEach(event -> revisions.add(event.revision()));
      after = page.scannedTo();
    } while (after != 0);
    return revisions;
  }

  private static boolean verified(SqliteStore store) {
    try {
      return requireNonNull(store.recount(REPOSITORY)).problems().isEmpty();
    } catch (StoreException e) {
      return false;
    }
  }

  @Test
  void whicheverBitOfTheRootOfTheIndexChanges() throws IOException {
    int hidden = 0;
    for (int bit = cells * Byte.SIZE; bit < end * Byte.SIZE; bit++) {
      int at = bit / Byte.SIZE;
      byte[] flipped = file.clone();
      flipped[at] ^= (byte) (1 << (bit % Byte.SIZE));
      Files.write(database(), flipped);
      String where = "byte " + (at - end) + " from the end of the page is " + flipped[at];
      try (SqliteStore store = SqliteStore.openForVerification(database())) {
        boolean verified = verified(store);
        try {
          assertEquals(truth, revisions(store), where);
          assertEquals(EVENTS, requireNonNull(store.repository(REPOSITORY)).revision(), where);
        } catch (StoreException e) {
          hidden++;
          assertFalse(verified, where);
        }
      } catch (StoreException e) {
        hidden++;
        assertNotNull(e.getMessage());
      }
      Files.deleteIfExists(directory.resolve("holdfast.db-wal"));
      Files.deleteIfExists(directory.resolve("holdfast.db-shm"));
    }
    assertTrue(hidden > 0, "no flip hid events");
  }
}
