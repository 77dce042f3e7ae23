package dev.holdfast.client.requests;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The events to watch: {@code WatchEvents.after(revision)}.
 *
 * @param repositoryId which repository; empty means {@code default}
 * @param afterRevision what came after this revision, 0 or more, and then what comes; 0 is from the
 *     creation of the repository, {@code null} from now
 */
public record WatchEvents(String repositoryId, @Nullable Long afterRevision) {
  /** Refuses {@code null} where nothing says that it is allowed. */
  public WatchEvents {
    Objects.requireNonNull(repositoryId, "repositoryId");
  }

  /** {@return what comes in the repository {@code default}} */
  public static WatchEvents fromNow() {
    return new WatchEvents("", null);
  }

  /**
   * Watches the events after a revision in the repository {@code default}, and then those to come.
   *
   * @param revision the last revision that is known already, 0 or more; 0 is from the creation of
   *     the repository
   * @return the watch, not yet begun
   */
  public static WatchEvents after(long revision) {
    return new WatchEvents("", revision);
  }

  /**
   * Returns the same in another repository.
   *
   * @param repositoryId which repository
   * @return a copy
   */
  public WatchEvents withRepositoryId(String repositoryId) {
    return new WatchEvents(repositoryId, afterRevision);
  }
}
