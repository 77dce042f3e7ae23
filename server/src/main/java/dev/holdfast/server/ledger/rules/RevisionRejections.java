package dev.holdfast.server.ledger.rules;

import static dev.holdfast.server.ledger.rules.Rejection.Reason;

/** The refusals that are about a revision, or about an observation of the chain. */
public final class RevisionRejections {
  private RevisionRejections() {}

  /** The revision was not reached yet. */
  public static Rejection inFuture(String repositoryId, String field, long asked, long revision) {
    return Rejection.of(
        Reason.REVISION_IN_FUTURE,
        field + " is " + asked + ", but repository " + repositoryId + " is at revision " + revision,
        Rejections.facts(
            "repository_id",
            repositoryId,
            field,
            Long.toString(asked),
            "revision",
            Long.toString(revision)));
  }

  /** What came after the revision is not all kept any more. */
  public static Rejection compacted(
      String repositoryId, String field, long asked, long oldestRevision) {
    return Rejection.of(
        Reason.REVISION_COMPACTED,
        field
            + " is "
            + asked
            + ", but of what came after it repository "
            + repositoryId
            + " keeps only the events from revision "
            + oldestRevision
            + " on",
        Rejections.facts(
            "repository_id",
            repositoryId,
            field,
            Long.toString(asked),
            "oldest_revision",
            Long.toString(oldestRevision)));
  }

  /** Nothing was observed, and nobody said that this is meant. */
  public static Rejection emptyObservation(String repositoryId) {
    return Rejection.of(
        Reason.EMPTY_OBSERVATION,
        "no slot was observed, which would release every filled slot of repository "
            + repositoryId
            + "; where that is meant, say allow_empty",
        Rejections.facts("repository_id", repositoryId));
  }
}
