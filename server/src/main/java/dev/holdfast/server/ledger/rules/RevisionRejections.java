package dev.holdfast.server.ledger.rules;

import static dev.holdfast.server.ledger.rules.Rejection.Reason;

/** Creates the rejections that concern a revision or an observation of the chain. */
public final class RevisionRejections {
  private RevisionRejections() {}

  /** Returns the rejection of a revision that is not reached yet. */
  public static Rejection inFuture(
      String repositoryId, String field, long requested, long revision) {
    return Rejection.of(
        Reason.REVISION_IN_FUTURE,
        field
            + " is "
            + requested
            + ", but repository "
            + repositoryId
            + " is at revision "
            + revision,
        Rejections.facts(
            "repository_id",
            repositoryId,
            field,
            Long.toString(requested),
            "revision",
            Long.toString(revision)));
  }

  /** Returns the rejection of a revision after which some events are purged. */
  public static Rejection compacted(
      String repositoryId, String field, long requested, long oldestRevision) {
    return Rejection.of(
        Reason.REVISION_COMPACTED,
        field
            + " is "
            + requested
            + ", but of what came after it repository "
            + repositoryId
            + " keeps only the events from revision "
            + oldestRevision
            + " on",
        Rejections.facts(
            "repository_id",
            repositoryId,
            field,
            Long.toString(requested),
            "oldest_revision",
            Long.toString(oldestRevision)));
  }

  /** Returns the rejection of an empty observation without {@code allow_empty}. */
  public static Rejection emptyObservation(String repositoryId) {
    return Rejection.of(
        Reason.EMPTY_OBSERVATION,
        "no slot was observed, which would release every filled slot of repository "
            + repositoryId
            + "; set allow_empty to allow that",
        Rejections.facts("repository_id", repositoryId));
  }
}
