package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.engine.Maintenance;
import java.util.function.ToIntFunction;

/** The housekeeping of the SQLite engine, on the connection that writes. */
final class SqliteMaintenance implements Maintenance {
  private final WriterConnection writer;

  SqliteMaintenance(WriterConnection writer) {
    this.writer = writer;
  }

  @Override
  public void tend() {
    writer.tend();
  }

  @Override
  public void adjustLeases(long byMicros, long nowMicros, long graceMicros) {
    inTransaction(
        transaction -> {
          transaction.adjustLeases(byMicros, nowMicros, graceMicros);
          return 0;
        });
  }

  @Override
  public int purge(ServedNote served, long beforeMicros, int limit) {
    return inTransaction(
        transaction -> {
          transaction.noteServed(served.servedMicros(), served.intervalMicros());
          return transaction.purgeBefore(beforeMicros, limit);
        });
  }

  @Override
  public int reclaimSpace() {
    return inTransaction(SqliteTransaction::reclaimSpace);
  }

  private int inTransaction(ToIntFunction<SqliteTransaction> work) {
    try (SqliteTransaction transaction = writer.begin()) {
      int done = work.applyAsInt(transaction);
      transaction.commit();
      return done;
    }
  }
}
