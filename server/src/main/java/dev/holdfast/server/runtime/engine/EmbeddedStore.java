package dev.holdfast.server.runtime.engine;

import dev.holdfast.server.ledger.LedgerClock;
import dev.holdfast.server.store.move.LedgerContents;
import dev.holdfast.server.store.move.LedgerTarget;
import dev.holdfast.server.store.sqlite.move.SqliteContents;
import dev.holdfast.server.store.sqlite.move.SqliteTarget;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * An embedded SQLite store.
 *
 * @param dataDir its directory
 * @param acceptLoss whether to accept a store that lost acknowledged changes
 */
public record EmbeddedStore(Path dataDir, boolean acceptLoss) implements StoreLocation {
  private static final String MOVE = "holdfast move, process " + ProcessHandle.current().pid();

  @Override
  public Engine open(LedgerClock clock) throws IOException {
    return EmbeddedEngine.open(this, clock);
  }

  @Override
  public LedgerContents source() {
    return Moves.open(this, () -> SqliteContents.open(dataDir, MOVE, new Halt()));
  }

  @Override
  public LedgerTarget target() {
    long nowMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    return Moves.open(this, () -> SqliteTarget.open(dataDir, MOVE, nowMicros, new Halt()));
  }

  @Override
  public StartException failure(Exception failure) {
    return StartException.of(dataDir, failure);
  }
}
