package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.Lanes.Call;
import dev.holdfast.server.ledger.engine.LedgerStore;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Decides how many calls share a transaction. */
final class BatchSize {
  private BatchSize() {}

  /**
   * Returns how many of these calls, starting with the first, fit into one batch. Removes calls
   * that exceed a batch by themselves, unless there is no other call.
   *
   * @param setAside receives the removed calls
   */
  static int of(LedgerStore.Transaction transaction, List<Call> calls, Consumer<Call> setAside) {
    long size = 0;
    long bytes = 0;
    int count = 0;
    while (count < calls.size()) {
      Call call = calls.get(count);
      long changes = changeCount(transaction, call);
      if (changes > Lanes.BATCH_CHANGES && calls.size() > 1) {
        calls.remove(count);
        setAside.accept(call);
        continue;
      }
      size += changes;
      bytes += call.bytes();
      if (count > 0 && (size > Lanes.BATCH_CHANGES || bytes > Lanes.BATCH_BYTES)) {
        break;
      }
      count++;
    }
    return count;
  }

  /** Returns the number of changes a call may make; any number above a batch if it is more. */
  private static long changeCount(LedgerStore.Transaction transaction, Call call) {
    long count = call.size();
    for (Map.Entry<String, Integer> request : call.command().requests().entrySet()) {
      count +=
          transaction.reservationCount(
              call.command().repositoryId(),
              request.getKey(),
              Math.min(request.getValue(), Lanes.BATCH_CHANGES + 1));
    }
    return count;
  }
}
