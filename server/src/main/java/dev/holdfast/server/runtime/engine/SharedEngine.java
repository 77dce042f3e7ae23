package dev.holdfast.server.runtime.engine;

import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerClock;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.runtime.metrics.ServerMetrics;
import dev.holdfast.server.store.postgresql.PostgresStore;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import dev.holdfast.server.store.postgresql.connection.PostgresUrl;
import java.util.List;

/** The engine on PostgreSQL. Others run the database, so nothing is kept beside it. */
final class SharedEngine implements Engine {
  private final PostgresStore store;
  private final PostgresSettings settings;

  private SharedEngine(PostgresStore store, PostgresSettings settings) {
    this.store = store;
    this.settings = settings;
  }

  static SharedEngine open(PostgresUrl url) {
    PostgresSettings settings = PostgresSettings.of(url);
    return new SharedEngine(PostgresStore.open(settings), settings);
  }

  @Override
  public LedgerStore store() {
    return store;
  }

  @Override
  public LedgerClock clock() {
    return store.clock();
  }

  @Override
  public int readers() {
    return settings.readers();
  }

  @Override
  public String location() {
    return settings.url().toString();
  }

  @Override
  public void measure(ServerMetrics metrics) {
    // The database is measured by those who run it.
  }

  @Override
  public List<Upkeep> upkeep(Ledger ledger) {
    return List.of();
  }

  @Override
  public boolean isFull(StoreException failure) {
    return false;
  }

  @Override
  public void serving(String address) {
    // Any number of servers may use the database.
  }

  @Override
  public void close() {
    store.close();
  }
}
