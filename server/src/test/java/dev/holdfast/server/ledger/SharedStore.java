package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.ReadSet;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** A store in memory that other servers use too, whose next commits fail as it is told. */
final class SharedStore extends MemoryStore {
  private final Queue<StoreException> failures = new ArrayDeque<>();
  private @Nullable CommitOutcome answer;
  private int asked;

  /** Lets the next commits fail, each with one of these. */
  void failCommits(StoreException... next) {
    failures.addAll(List.of(next));
  }

  /** Returns this to whoever asks what became of a commit; unreachable before. */
  void answer(CommitOutcome outcome) {
    answer = outcome;
  }

  /** How often it was asked what became of a commit. */
  int asked() {
    return asked;
  }

  @Override
  public Concurrency concurrency() {
    return new Concurrency(1, false);
  }

  @Override
  public CommitOutcome outcomeOf(BatchId batchId, SortedSet<String> repositoryIds) {
    asked++;
    if (answer == null) {
      throw StoreException.unknown("cannot ask", new IOException("nobody answers"));
    }
    return answer;
  }

  @Override
  public Transaction begin(SortedSet<String> repositoryIds) {
    Transaction transaction = super.begin(repositoryIds);
    return new Transaction() {
      @Override
      public Loaded load(ReadSet reads, long nowMicros) {
        return transaction.load(reads, nowMicros);
      }

      @Override
      public int reservationCount(String repositoryId, String requestId, int limit) {
        return transaction.reservationCount(repositoryId, requestId, limit);
      }

      @Override
      public void write(Delta delta) {
        transaction.write(delta);
      }

      @Override
      public void commit(BatchId batchId) {
        StoreException failure = failures.poll();
        if (failure != null) {
          throw failure;
        }
        transaction.commit(batchId);
      }

      @Override
      public void close() {
        transaction.close();
      }
    };
  }
}
