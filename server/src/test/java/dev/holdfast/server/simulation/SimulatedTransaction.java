package dev.holdfast.server.simulation;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.ReadSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A transaction on one repository: with a lock, or without one, so that it conflicts only when it
 * commits.
 */
final class SimulatedTransaction implements LedgerStore.Transaction {
  private final World world;
  private final SimulatedDatabase database;
  private final int server;
  private final String repositoryId;
  private final boolean locking;
  private final List<Delta> written = new ArrayList<>();
  private long version = -1;

  SimulatedTransaction(World world, SimulatedDatabase database, int server, String repositoryId) {
    this.server = server;
    this.world = world;
    this.database = database;
    this.repositoryId = repositoryId;
    this.locking = world.locking();
  }

  @Override
  public Loaded load(ReadSet reads, long nowMicros) {
    begin();
    Loaded loaded;
    try (LedgerStore.Transaction transaction = StoreRunner.begin(database.books(), repositoryId)) {
      loaded = transaction.load(reads, world.nowMicros());
    }
    return loaded;
  }

  private void begin() {
    if (version < 0) {
      if (!database.lock(repositoryId, this)) {
        throw StoreException.conflict("cannot lock", new IOException("somebody has the lock"));
      }
      version = database.version(repositoryId);
      if (!locking) {
        database.unlock(this);
      }
    }
  }

  @Override
  public int reservationCount(String repositoryId, String requestId, int limit) {
    begin();
    try (LedgerStore.Transaction transaction = StoreRunner.begin(database.books(), repositoryId)) {
      return transaction.reservationCount(repositoryId, requestId, limit);
    }
  }

  @Override
  public void write(Delta delta) {
    written.add(delta);
  }

  @Override
  public void commit(BatchId batchId) {
    world.meanwhile(server);
    if (database.down() || world.chance(0.02)) {
      throw StoreException.conflict("cannot commit", new IOException("the connection was lost"));
    }
    if (!database.lock(repositoryId, this) || database.version(repositoryId) != version) {
      if (world.sabotage() == Sabotage.CONFLICTS) {
        return;
      }
      throw StoreException.conflict("cannot commit", new IOException("somebody was faster"));
    }
    world.killMaybe();
    if (world.chance(0.03)) {
      database.unlock(this);
      database.breakLater(repositoryId, batchId, written, world.chance(0.5));
      throw StoreException.unknown("cannot commit", new IOException("the connection was lost"));
    }
    database.apply(batchId, written);
    world.killMaybe();
  }

  @Override
  public void close() {
    database.unlock(this);
  }
}
