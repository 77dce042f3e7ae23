package dev.holdfast.client.requests;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The events to watch: {@code WatchEvents.after(revision)}.
 *
 * @param repositoryId the repository; empty means {@code default}
 * @param afterRevision the watch begins after this revision, 0 or more; 0 means from the creation
 *     of the repository, {@code null} from now
 */
public record WatchEvents(String repositoryId, @Nullable Long afterRevision) {
  /** Rejects {@code null} except where {@code @Nullable} allows it. */
  public WatchEvents {
    Objects.requireNonNull(repositoryId, "repositoryId");
  }

  /** {@return a watch of all new events of the repository {@code default}} */
  public static WatchEvents fromNow() {
    return new WatchEvents("", null);
  }

  /**
   * Watches the events after a revision in the repository {@code default}, and then all new ones.
   *
   * @param revision the last revision that is known already, 0 or more; 0 is from the creation of
   *     the repository
   * @return the watch, not yet begun
   */
  public static WatchEvents after(long revision) {
    return new WatchEvents("", revision);
  }

  /**
   * Returns the same request for another repository.
   *
   * @param repositoryId the repository
   * @return a copy
   */
  public WatchEvents withRepositoryId(String repositoryId) {
    return new WatchEvents(repositoryId, afterRevision);
  }
}
