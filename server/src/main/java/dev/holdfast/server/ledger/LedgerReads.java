package dev.holdfast.server.ledger;

import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.rules.slots.ExpireLeases;
import dev.holdfast.server.ledger.view.RepositoryVisitor;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of the books beside the queue of changes. Every answer is of one moment and
 * shows all that was committed before it was asked for. Any thread may ask; it may have to wait for
 * the disk. Every method may throw {@link StoreException}.
 */
public interface LedgerReads {
  /** A repository that exists; null where there is none, or it was deleted. */
  @Nullable Repository repository(String repositoryId);

  /**
   * A page of the repositories that exist, by id.
   *
   * @param afterId those behind this id; empty for the first page
   * @param limit how many at the most
   */
  List<Repository> repositories(String afterId, int limit);

  /** The reservation that a slot has; null for none. */
  @Nullable Reservation reservation(String repositoryId, Slot slot);

  /** A page of reservations, by request id and slot index. */
  ReservationsPage reservations(ReservationsQuery query);

  /**
   * Some reservations.
   *
   * @param reservations those found
   * @param last the slot up to which was looked, for the next page; null where this was the last
   */
  record ReservationsPage(List<Reservation> reservations, @Nullable Slot last) {}

  /**
   * Which reservations, and how many of them.
   *
   * @param repositoryId of which repository
   * @param requestId only those of this request; null for those of all
   * @param filled only those that are filled, or only those that are not; null for both
   * @param after those behind this slot; null for the first page
   * @param limit how many at the most
   */
  record ReservationsQuery(
      String repositoryId,
      @Nullable String requestId,
      @Nullable Boolean filled,
      @Nullable Slot after,
      int limit) {

    /** The same, but only what comes behind this slot. */
    public ReservationsQuery behind(Slot slot) {
      return new ReservationsQuery(repositoryId, requestId, filled, slot, limit);
    }
  }

  /**
   * Goes through the slots of a request that have reservations, as they are at one moment. It takes
   * as long as there are many.
   *
   * @param slotIndexes takes their indexes, from the smallest to the largest, as unsigned
   */
  void reservedIndexes(String repositoryId, String requestId, LongConsumer slotIndexes);

  /** An offer; null where there is none. */
  @Nullable Offer offer(String repositoryId, String offerId);

  /**
   * A page of the offers of a repository, by id.
   *
   * @param afterId those behind this id; empty for the first page
   * @param limit how many at the most
   */
  List<Offer> offers(String repositoryId, String afterId, int limit);

  /** What a key of the datastore has; null where there is no such key. */
  @Nullable Entry entry(String repositoryId, String key);

  /**
   * A page of the keys of the datastore, by their UTF-8 bytes.
   *
   * @param prefix those that begin with this
   * @param afterKey those behind this one; empty for the first page
   * @param limit how many at the most
   */
  List<String> keys(String repositoryId, String prefix, String afterKey, int limit);

  /**
   * Goes through a whole repository as it is at one moment: the repository, its events, its
   * reservations.
   *
   * @param afterRevision the events behind this revision
   */
  void survey(String repositoryId, long afterRevision, RepositoryVisitor survey);

  /** A page of events, also of a deleted repository; null where there never was such a one. */
  @Nullable EventsPage events(EventsQuery query);

  /** Counts everything again that is kept as a sum; null where there is no such repository. */
  @Nullable Recount recount(String repositoryId);

  /** Leases that ran out, of too many those that did first; all commands hold at most so many. */
  List<ExpireLeases> expiredLeases(long nowMicros, int limit);

  /** For how long the ledger has served in all, in microseconds, as it was noted last. */
  long servedMicros();

  /**
   * Reads a little and looks at the files, so that it is noticed when they fail and when they work
   * again. To be called about once a second. What it finds is told by {@link #trouble}.
   */
  default void probe() {}

  /**
   * Looks for damage in a little of all that is kept, the next time in the next. To be called some
   * ten times a second.
   */
  default void scrub() {}

  /** Why the books cannot be relied on at the moment; empty where they can. */
  default String trouble() {
    return "";
  }
}
