package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.books.Event;
import java.util.List;

/** Receives committed events. Runs on a committer thread, so it must return quickly. */
public interface CommitListener {
  /**
   * Called after changes were made durable; for one repository in the order of revisions.
   *
   * @param events the events of one batch, in the order of revisions; at least one event
   */
  void committed(String repositoryId, List<Event> events);

  /** Called when the outcome of a commit was unknown; the store knows it now. */
  void commitOutcomeUnknown();
}
