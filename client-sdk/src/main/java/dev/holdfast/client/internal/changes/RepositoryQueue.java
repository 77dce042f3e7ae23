package dev.holdfast.client.internal.changes;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The waiting changes of one repository, and its batches in flight. All but the lock is guarded by
 * the {@link ChangeBatcher}, which removes it when it is idle.
 */
final class RepositoryQueue {
  final String repositoryId;
  final ArrayDeque<PendingChange<?, ?, ?>> queue = new ArrayDeque<>();
  final List<Batch> underWay = new ArrayList<>();

  /** Held from the forming of a batch until its start, so that batches start in order. */
  final ReentrantLock sending = new ReentrantLock();

  RepositoryQueue(String repositoryId) {
    this.repositoryId = repositoryId;
  }

  boolean isIdle() {
    return queue.isEmpty() && underWay.isEmpty();
  }

  /** Returns whether the first change has waited long enough, or any deadline has passed. */
  boolean holdsTooLong(long nowNanos, long patienceNanos) {
    PendingChange<?, ?, ?> first = queue.peek();
    return first != null
        && (nowNanos - first.queuedNanos() >= patienceNanos
            || queue.stream().anyMatch(change -> change.isLate(nowNanos)));
  }
}
