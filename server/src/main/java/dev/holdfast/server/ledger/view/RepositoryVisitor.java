package dev.holdfast.server.ledger.view;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;

/** Receives the books of a repository from one snapshot. */
public interface RepositoryVisitor {
  /** Called first, with the repository; no method is called if it does not exist. */
  void repository(Repository repository);

  /** Called for each retained event after the requested revision, by revision. */
  void event(Event event);

  /** Called last, for each reservation, by request id and slot index. */
  void reservation(Reservation reservation);
}
