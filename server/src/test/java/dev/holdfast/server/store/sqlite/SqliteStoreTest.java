package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.store.LedgerStoreSuite;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** SQLite passes what every engine must pass. */
class SqliteStoreTest extends LedgerStoreSuite {
  @TempDir Path directory = Path.of("");

  @Override
  protected LedgerStore open() {
    return SqliteStore.open(directory.resolve("holdfast.db"));
  }
}
