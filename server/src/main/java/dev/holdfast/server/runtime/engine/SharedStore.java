package dev.holdfast.server.runtime.engine;

import dev.holdfast.server.ledger.LedgerClock;
import dev.holdfast.server.store.move.LedgerContents;
import dev.holdfast.server.store.move.LedgerTarget;
import dev.holdfast.server.store.postgresql.PostgresContents;
import dev.holdfast.server.store.postgresql.PostgresStore;
import dev.holdfast.server.store.postgresql.PostgresTarget;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.PostgresUrl;

/**
 * A store in PostgreSQL that several servers share.
 *
 * @param url the address of the database
 */
public record SharedStore(PostgresUrl url) implements StoreLocation {
  @Override
  public Engine open(LedgerClock clock) {
    return SharedEngine.open(url);
  }

  @Override
  public LedgerContents source() {
    return Moves.open(this, () -> PostgresContents.open(PostgresSettings.of(url)));
  }

  @Override
  public LedgerTarget target() {
    return Moves.open(this, () -> PostgresTarget.open(PostgresSettings.of(url)));
  }

  @Override
  public StartException failure(Exception failure) {
    boolean misconfigured = PostgresStore.isMisconfigured(failure);
    return StartException.of(failure, misconfigured);
  }
}
