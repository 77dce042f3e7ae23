package dev.holdfast.server.ledger.watch;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The messages that were made last: most watchers of a repository are at the same place. They are
 * few, however many repositories are watched, since a repository's message is made again at no
 * great cost when another one took its place.
 */
final class SharedPieces<M> {
  private static final int COUNT = 64;

  private final AtomicReferenceArray<WatchedRepository.@Nullable Piece<M>> pieces =
      new AtomicReferenceArray<>(COUNT);

  /** The last message that was made for a repository, where it is still here. */
  WatchedRepository.@Nullable Piece<M> get(WatchedRepository<M> repository) {
    WatchedRepository.Piece<M> piece = pieces.get(place(repository));
    return piece != null && piece.of() == repository ? piece : null;
  }

  void put(WatchedRepository.Piece<M> piece) {
    pieces.set(place(piece.of()), piece);
  }

  private static int place(WatchedRepository<?> repository) {
    return Math.floorMod(repository.hashCode(), COUNT);
  }
}
