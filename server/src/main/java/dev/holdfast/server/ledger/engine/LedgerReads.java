package dev.holdfast.server.ledger.engine;

import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases;
import dev.holdfast.server.ledger.view.RepositoryVisitor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads of the books outside of the command queue. Every result is one snapshot that includes all
 * commits from before the call. Methods may be called on any thread, may block on the disk, and may
 * throw {@link StoreException}.
 */
public interface LedgerReads {
  /** Returns a repository; null if it does not exist or was deleted. */
  @Nullable Repository repository(String repositoryId);

  /**
   * Returns a page of the existing repositories, by id.
   *
   * @param afterId the last id of the page before; empty for the first page
   * @param limit maximum number of repositories
   */
  List<Repository> repositories(String afterId, int limit);

  /** Returns the reservation of a slot; null for none. */
  @Nullable Reservation reservation(String repositoryId, Slot slot);

  /** Returns a page of reservations, by request id and slot index. */
  ReservationsPage reservations(ReservationsQuery query);

  /**
   * A page of reservations.
   *
   * @param reservations the found reservations
   * @param last the slot up to which the page scanned, for the next page; null on the last page
   */
  record ReservationsPage(List<Reservation> reservations, @Nullable Slot last) {}

  /**
   * Selects reservations of a repository.
   *
   * @param repositoryId the repository
   * @param requestId selects reservations of this request; null for all
   * @param filled selects filled or unfilled reservations; null for both
   * @param after the last slot of the page before; null for the first page
   * @param limit maximum number of reservations
   */
  record ReservationsQuery(
      String repositoryId,
      @Nullable String requestId,
      @Nullable Boolean filled,
      @Nullable Slot after,
      int limit) {

    /** Returns this query for reservations after a slot. */
    public ReservationsQuery behind(Slot slot) {
      return new ReservationsQuery(repositoryId, requestId, filled, slot, limit);
    }
  }

  /**
   * Visits the reserved slots of a request in one snapshot. The duration grows with their number.
   *
   * @param slotIndexes receives the slot indexes in ascending order, as unsigned numbers
   */
  void reservedIndexes(String repositoryId, String requestId, LongConsumer slotIndexes);

  /** Returns an offer; null if it does not exist. */
  @Nullable Offer offer(String repositoryId, String offerId);

  /**
   * Returns a page of the offers of a repository, by id.
   *
   * @param afterId the last id of the page before; empty for the first page
   * @param limit maximum number of offers
   */
  List<Offer> offers(String repositoryId, String afterId, int limit);

  /** Returns an entry of the datastore; null if the key does not exist. */
  @Nullable Entry entry(String repositoryId, String key);

  /**
   * Returns a page of the keys of the datastore, by their UTF-8 bytes.
   *
   * @param prefix the prefix of the keys
   * @param afterKey the last key of the page before; empty for the first page
   * @param limit maximum number of keys
   */
  List<String> keys(String repositoryId, String prefix, String afterKey, int limit);

  /**
   * Visits a whole repository in one snapshot: the repository, its events, its reservations.
   *
   * @param afterRevision visits the events after this revision
   */
  void visitRepository(String repositoryId, long afterRevision, RepositoryVisitor visitor);

  /**
   * Returns a page of events, also of a deleted repository; null if the repository never existed.
   */
  @Nullable EventsPage events(EventsQuery query);

  /**
   * Returns the current revisions of repositories, also of deleted ones; those that never existed
   * are left out.
   */
  default Map<String, Long> revisions(List<String> repositoryIds) {
    Map<String, Long> revisions = new HashMap<>();
    for (String id : repositoryIds) {
      EventsPage page = events(EventsQuery.all(id, Long.MAX_VALUE, 1));
      if (page != null) {
        revisions.put(id, page.revision());
      }
    }
    return revisions;
  }

  /** Counts everything again that is recorded as a sum; null if the repository does not exist. */
  @Nullable Recount recount(String repositoryId);

  /**
   * Returns how the space of repositories is used, in one snapshot. The duration grows with the
   * number of their reservations.
   *
   * @param repositoryIds the repositories; those that do not exist are left out
   */
  List<SpaceUse> spaceUse(List<String> repositoryIds);

  /**
   * The use of a repository's space.
   *
   * @param repository the repository
   * @param filledBytes the sum of its filled reservations
   */
  record SpaceUse(Repository repository, long filledBytes) {
    /** Returns the sum of the reservations that are not filled. */
    public long unfilledBytes() {
      return repository.reservedBytes() - repository.unassignedBytes() - filledBytes;
    }
  }

  /**
   * Counts the reservations of all existing repositories, in one snapshot. The duration grows with
   * their number.
   */
  Map<String, StateCount> countStates();

  /**
   * The numbers of reservations of a repository.
   *
   * @param revision the revision of the repository in the snapshot
   * @param reserved the number of reservations that are not filled
   * @param filled the number of filled reservations
   */
  record StateCount(long revision, long reserved, long filled) {}

  /**
   * Returns expired leases, the earliest first; all commands together contain at most the limit.
   */
  List<ExpireLeases> expiredLeases(long nowMicros, int limit);

  /** Returns the total running time of the ledger in microseconds, as last noted. */
  long servedMicros();

  /**
   * Reads a little data and checks the files, to detect failures and recoveries. Must be called
   * about once a second. {@link #trouble} reports the result.
   */
  default void probe() {}

  /**
   * Checks the next small part of the stored data for damage. Must be called about ten times a
   * second.
   */
  default void scrub() {}

  /** Returns why the books are currently unreliable; an empty string if they are reliable. */
  default String trouble() {
    return "";
  }
}
