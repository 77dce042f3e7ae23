package dev.holdfast.server.ledger.view;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;

/** Takes in the books of a repository, all as they were at one moment. */
public interface RepositoryVisitor {
  /** The repository. It comes first; where there is none, nothing comes at all. */
  void repository(Repository repository);

  /** An event behind the revision that was asked for and is still kept, by revision. */
  void event(Event event);

  /** A reservation, by request id and slot index; they come last. */
  void reservation(Reservation reservation);
}
