package dev.holdfast.server.runtime.engine;

import dev.holdfast.server.ledger.LedgerClock;
import java.io.IOException;
import java.nio.file.Path;

/**
 * An embedded SQLite store.
 *
 * @param dataDir its directory
 * @param acceptLoss whether to accept a store that lost acknowledged changes
 */
public record EmbeddedStore(Path dataDir, boolean acceptLoss) implements StoreLocation {
  @Override
  public Engine open(LedgerClock clock) throws IOException {
    return EmbeddedEngine.open(this, clock);
  }

  @Override
  public StartException failure(Exception failure) {
    return StartException.of(dataDir, failure);
  }
}
