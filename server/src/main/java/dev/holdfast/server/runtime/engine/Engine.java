package dev.holdfast.server.runtime.engine;

import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerClock;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.runtime.metrics.ServerMetrics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * An open storage engine, with what belongs to it beside the store. Closing it closes the store.
 */
public interface Engine extends AutoCloseable {
  /** Returns the store. */
  LedgerStore store();

  /** Returns the clock of the ledger on this store. */
  LedgerClock clock();

  /** Returns the number of reads that the store runs at a time. */
  int readers();

  /** Returns where the store is, for the log; without secrets. */
  String location();

  /** Reports measurements of the engine from now on. */
  void measure(ServerMetrics metrics);

  /** Returns the tasks that keep the engine running. */
  List<Upkeep> upkeep(Ledger ledger);

  /**
   * A periodic task.
   *
   * @param work the task; it may block on the disk
   * @param period the time between two runs
   */
  record Upkeep(Runnable work, Duration period) {}

  /** Returns whether a failure is a full disk, on which a server can start nevertheless. */
  boolean isFull(StoreException failure);

  /**
   * Notes that this server serves, for whoever finds the store in use.
   *
   * @param address the gRPC address
   */
  void serving(String address) throws IOException;

  @Override
  void close() throws IOException;
}
