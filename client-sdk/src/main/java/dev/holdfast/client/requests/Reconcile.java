package dev.holdfast.client.requests;

import java.util.Objects;

/**
 * The options of {@link dev.holdfast.client.Reservations#reconcile}: {@code
 * Reconcile.asOf(revision).asDryRun()}.
 *
 * @param repositoryId the repository; empty means {@code default}
 * @param asOfRevision the revision that the repository had <i>before</i> the chain was asked, 1 or
 *     more. Slots that changed after it are left alone
 * @param releaseAttempts whether {@code RESERVED} slots that were not observed are released too,
 *     not only {@code FILLED} ones. This also releases the slots of running attempts
 * @param allowEmpty whether an observation without a single slot is accepted, which releases every
 *     filled slot
 * @param dryRun whether to return the result without a change
 */
public record Reconcile(
    String repositoryId,
    long asOfRevision,
    boolean releaseAttempts,
    boolean allowEmpty,
    boolean dryRun) {
  /** Rejects {@code null}. */
  public Reconcile {
    Objects.requireNonNull(repositoryId, "repositoryId");
  }

  /**
   * Reconciles the repository {@code default}, leaves attempts alone and rejects an empty
   * observation.
   *
   * @param revision the revision that the repository had before the chain was asked: that of {@link
   *     dev.holdfast.client.Repositories#available}
   * @return the change, not yet sent
   */
  public static Reconcile asOf(long revision) {
    return new Reconcile("", revision, false, false, false);
  }

  /**
   * Returns the same request for another repository.
   *
   * @param repositoryId the repository
   * @return a copy
   */
  public Reconcile withRepositoryId(String repositoryId) {
    return new Reconcile(repositoryId, asOfRevision, releaseAttempts, allowEmpty, dryRun);
  }

  /** {@return a copy that also releases {@code RESERVED} slots that were not observed} */
  public Reconcile releasingAttempts() {
    return new Reconcile(repositoryId, asOfRevision, true, allowEmpty, dryRun);
  }

  /** {@return a copy that accepts an observation without a slot} */
  public Reconcile allowingEmpty() {
    return new Reconcile(repositoryId, asOfRevision, releaseAttempts, true, dryRun);
  }

  /** {@return a copy that returns the result and changes nothing} */
  public Reconcile asDryRun() {
    return new Reconcile(repositoryId, asOfRevision, releaseAttempts, allowEmpty, true);
  }
}
