package dev.holdfast.server.ledger.watch;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Caches the most recent message of some repositories, because most watchers of a repository are at
 * the same revision. The cache is small whatever the number of watched repositories: an evicted
 * message is cheap to make again.
 */
final class MessageCache<M> {
  private static final int SIZE = 64;

  private final AtomicReferenceArray<WatchedRepository.@Nullable Message<M>> messages =
      new AtomicReferenceArray<>(SIZE);

  /** Returns the last message made for a repository if it is still cached. */
  WatchedRepository.@Nullable Message<M> get(WatchedRepository<M> repository) {
    WatchedRepository.Message<M> message = messages.get(index(repository));
    return message != null && message.repository() == repository ? message : null;
  }

  void put(WatchedRepository.Message<M> message) {
    messages.set(index(message.repository()), message);
  }

  private static int index(WatchedRepository<?> repository) {
    return Math.floorMod(repository.hashCode(), SIZE);
  }
}
