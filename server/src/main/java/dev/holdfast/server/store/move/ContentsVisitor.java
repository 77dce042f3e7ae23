package dev.holdfast.server.store.move;

import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.RememberedOperation;
import dev.holdfast.server.ledger.books.Reservation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Receives the contents of a ledger: first the ledger, then each repository with what belongs to
 * it, then the events of all repositories in the order in which they were served.
 */
public interface ContentsVisitor {
  /**
   * Receives the ledger.
   *
   * @param firstRevision the revisions of new repositories begin after it
   * @param servedMicros the total time for which servers have served it, in microseconds
   */
  void ledger(long firstRevision, long servedMicros);

  /** Receives a repository, before everything that belongs to it. */
  void repository(StoredRepository repository);

  /**
   * Receives an offer.
   *
   * @param terms its terms; null if it was deleted, and reservations are left that were sold under
   *     it
   * @param soldBytes the sum of the current reservations that were sold under it
   */
  void offer(String repositoryId, String offerId, Offer.@Nullable Terms terms, long soldBytes);

  /** Receives an active reservation. */
  void reservation(String repositoryId, Reservation reservation);

  /** Receives a remembered operation that does not belong to a slot. */
  void operation(String repositoryId, RememberedOperation operation);

  /** Receives an entry of the datastore. */
  void entry(String repositoryId, Entry entry);

  /**
   * Receives events with consecutive revisions and one time. Those of a repository come in the
   * order of their revisions.
   */
  void events(String repositoryId, List<Event> events);

  /**
   * Receives a note that all events so far were written when the ledger had been served for this
   * time or less.
   *
   * @param servedMicros the time in microseconds; more than in the note before
   */
  void served(long servedMicros);
}
