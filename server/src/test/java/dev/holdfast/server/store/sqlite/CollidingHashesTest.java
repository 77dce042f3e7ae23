package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.store.LedgerStoreSuite;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same where the slots of a repository have sixteen hashes together, and the index overflows.
 */
class CollidingHashesTest extends LedgerStoreSuite {
  @TempDir Path directory = Path.of("");

  @Override
  protected LedgerStore open() {
    return SqliteStore.open(
        directory.resolve("holdfast.db"), new ReleaseIndex.Limits(20, 600, 4), 5);
  }
}
