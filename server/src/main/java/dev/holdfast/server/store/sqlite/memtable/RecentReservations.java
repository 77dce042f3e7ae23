package dev.holdfast.server.store.sqlite.memtable;

import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads the reservations that have no row, as of one commit. */
public interface RecentReservations {
  /** Returns the entry of a slot; null for none. */
  @Nullable MemtableEntry get(String repositoryId, Slot slot);

  /** Returns the reservations of a request, in no order. The caller may alter the list. */
  List<Reservation> ofRequest(String repositoryId, String requestId);

  /** Returns the number of reservations of a request. */
  int countOf(String repositoryId, String requestId);

  /** Returns the reservations of a repository, oldest first. The caller may alter the list. */
  List<Reservation> ofRepository(String repositoryId);

  /** Returns a copy of the entries that match. */
  Map<RepositorySlot, MemtableEntry> matching(Predicate<MemtableEntry> wanted);
}
