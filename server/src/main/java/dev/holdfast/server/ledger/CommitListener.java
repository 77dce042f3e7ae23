package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.books.Event;
import java.util.List;

/** Receives committed events. Runs on the writer thread, so it must return quickly. */
public interface CommitListener {
  /**
   * Changes were made durable; those of one repository in the order of revisions.
   *
   * @param events the events of one batch, in the order of revisions; at least one
   */
  void committed(String repositoryId, List<Event> events);

  /** The outcome of a commit was unknown; the store can tell it now. */
  void commitOutcomeUnknown();
}
