package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.store.EventReadsSuite;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** SQLite passes what every engine must pass. */
class SqliteEventReadsTest extends EventReadsSuite {
  @TempDir private Path directory = Path.of("");

  @Override
  protected LedgerStore open() {
    return SqliteStore.open(directory.resolve("holdfast.db"));
  }
}
