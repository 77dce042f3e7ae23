package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.LedgerStore;
import dev.holdfast.server.store.LedgerStoreSuite;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same where the slots of a repository have sixteen hashes together, and the index overflows.
 */
class CollidingHashesTest extends LedgerStoreSuite {
  @TempDir Path directory = Path.of("");

  @Override
  protected LedgerStore open() {
    return SqliteStore.open(directory.resolve("holdfast.db"), new HistoryIndex.Room(20, 600, 4), 5);
  }
}
