package dev.holdfast.client.requests;

import java.util.Objects;

/**
 * The options of {@link dev.holdfast.client.Reservations#reconcile}: {@code
 * Reconcile.asOf(revision).asDryRun()}.
 *
 * @param repositoryId which repository; empty means {@code default}
 * @param asOfRevision the revision that the repository had <i>before</i> the chain was asked, 1 or
 *     more. Slots that changed after it are left alone
 * @param releaseAttempts whether {@code RESERVED} slots that were not observed are released too,
 *     not only {@code FILLED} ones. Attempts that are under way are lost with it
 * @param allowEmpty whether an observation without a single slot is taken at its word, which
 *     releases every slot that is filled
 * @param dryRun whether only to answer what would be done
 */
public record Reconcile(
    String repositoryId,
    long asOfRevision,
    boolean releaseAttempts,
    boolean allowEmpty,
    boolean dryRun) {
  /** Refuses {@code null}. */
  public Reconcile {
    Objects.requireNonNull(repositoryId, "repositoryId");
  }

  /**
   * Reconciles the repository {@code default}, leaves attempts alone and refuses an observation of
   * nothing.
   *
   * @param revision the revision that the repository had before the chain was asked: that of {@link
   *     dev.holdfast.client.Repositories#available}
   * @return the change, not yet sent
   */
  public static Reconcile asOf(long revision) {
    return new Reconcile("", revision, false, false, false);
  }

  /**
   * Returns the same in another repository.
   *
   * @param repositoryId which repository
   * @return a copy
   */
  public Reconcile withRepositoryId(String repositoryId) {
    return new Reconcile(repositoryId, asOfRevision, releaseAttempts, allowEmpty, dryRun);
  }

  /** {@return a copy that also releases {@code RESERVED} slots that were not observed} */
  public Reconcile releasingAttempts() {
    return new Reconcile(repositoryId, asOfRevision, true, allowEmpty, dryRun);
  }

  /** {@return a copy that believes that the chain holds nothing here, where nothing is observed} */
  public Reconcile allowingEmpty() {
    return new Reconcile(repositoryId, asOfRevision, releaseAttempts, true, dryRun);
  }

  /** {@return a copy that answers what would be done, and changes nothing} */
  public Reconcile asDryRun() {
    return new Reconcile(repositoryId, asOfRevision, releaseAttempts, allowEmpty, true);
  }
}
