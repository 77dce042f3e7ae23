package dev.holdfast.client;

import dev.holdfast.client.errors.ErrorReason;
import dev.holdfast.client.errors.GenerationMismatchException;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.InsufficientStorageException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.RepositoryNotFoundException;
import dev.holdfast.client.errors.ReservationNotFoundException;
import dev.holdfast.client.errors.ReservationReleasedException;
import dev.holdfast.client.errors.RevisionCompactedException;
import dev.holdfast.client.errors.RevisionInFutureException;
import dev.holdfast.client.errors.SlotAlreadyReservedException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.model.ObservedSlot;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.ReservationState;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.Apply;
import dev.holdfast.client.requests.EndRequest;
import dev.holdfast.client.requests.FillSlot;
import dev.holdfast.client.requests.ListEvents;
import dev.holdfast.client.requests.ListReservations;
import dev.holdfast.client.requests.Reconcile;
import dev.holdfast.client.requests.ReleaseSlot;
import dev.holdfast.client.requests.RenewLease;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.requests.WatchEvents;
import dev.holdfast.client.results.EventPage;
import dev.holdfast.client.results.OperationResult;
import dev.holdfast.client.results.ReconcileResult;
import dev.holdfast.client.results.RequestEnded;
import dev.holdfast.client.results.SlotReleased;
import dev.holdfast.client.results.SlotReserved;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * Reservations: space that belongs to a slot of a storage request, from the attempt to fill it
 * until the request ends. A reservation gives back exactly its own amount, once, also if calls are
 * repeated, late or out of order.
 *
 * <p>Changes name the generation of their reservation, so that a late release of an old attempt
 * never releases a newer reservation; methods like {@code fillSlot(reservation)} take it from the
 * reservation. A change object that is sent again is the same change.
 *
 * <p>Every method can throw {@link RepositoryNotFoundException} and {@link UnavailableException}, a
 * change {@link OutcomeUnknownException} and {@link HoldfastException} of {@link
 * ErrorReason#OPERATION_ID_REUSED}, and either a plain {@link HoldfastException} of {@link
 * ErrorReason#INVALID_ARGUMENT}, {@link ErrorReason#UNAUTHENTICATED} or {@link
 * ErrorReason#PERMISSION_DENIED}. Methods that end in {@code Async} return or fail through the
 * future; cancelling the future cancels the call, unless the call carries other changes too.
 * Asynchronous changes that are made while others of the same repository are in flight are sent
 * together as one {@code Apply} ("group commit", as in TigerBeetle's client). A single change is
 * sent at once. Each is answered, fails and times out as if it was sent alone. A change within an
 * {@code io.grpc.Context} other than the root is always sent alone.
 */
public interface Reservations {
  /**
   * Returns the same calls with another deadline than the client's.
   *
   * @param deadline the longest time of a call with all its retries, more than 0
   * @return a view of the same client
   */
  Reservations withDeadline(Duration deadline);

  /**
   * Reserves space for a slot. An amount that fits exactly is granted.
   *
   * @param change the reserve
   * @return the reservation, which the caller now holds
   * @throws InsufficientStorageException if fewer bytes are available
   * @throws SlotAlreadyReservedException if another operation has reserved the slot
   * @throws ReservationReleasedException if an earlier call made the reservation, and it was
   *     released since
   */
  SlotReserved reserveSlot(ReserveSlot change);

  /**
   * Does what {@link #reserveSlot} does, without waiting. Cancelling the future does not undo the
   * reserve: it may still be made, so set a lease or send it again.
   *
   * @param change the reserve
   * @return the reservation, which the caller now holds
   */
  CompletableFuture<SlotReserved> reserveSlotAsync(ReserveSlot change);

  /**
   * Returns the current reservation of a slot in the repository {@code default}.
   *
   * @param slot the slot
   * @return the reservation as of the last commit
   * @throws ReservationNotFoundException if it has none
   */
  default Reservation get(Slot slot) {
    return get("", slot);
  }

  /**
   * Does what {@link #get(Slot)} does, without waiting.
   *
   * @param slot the slot
   * @return the reservation as of the last commit
   */
  default CompletableFuture<Reservation> getAsync(Slot slot) {
    return getAsync("", slot);
  }

  /**
   * Returns the current reservation of a slot.
   *
   * @param repositoryId the repository; empty means {@code default}
   * @param slot the slot
   * @return the reservation as of the last commit
   * @throws ReservationNotFoundException if it has none
   */
  Reservation get(String repositoryId, Slot slot);

  /**
   * Does what {@link #get(String, Slot)} does, without waiting.
   *
   * @param repositoryId the repository; empty means {@code default}
   * @param slot the slot
   * @return the reservation as of the last commit
   */
  CompletableFuture<Reservation> getAsync(String repositoryId, Slot slot);

  /**
   * Returns a page of reservations, by request id (in ASCII order), then slot index.
   *
   * @param query the query
   * @return the page, of one moment
   */
  Page<Reservation> list(ListReservations query);

  /**
   * Does what {@link #list} does, without waiting.
   *
   * @param query the query
   * @return the page, of one moment
   */
  CompletableFuture<Page<Reservation>> listAsync(ListReservations query);

  /**
   * Returns all reservations from the query's page on, page by page: the stream makes a call when
   * it has used up a page, and throws the error of that call.
   *
   * @param query the query
   * @return the reservations; each page is of its own moment, so one that is made or released
   *     meanwhile may be among them or not
   */
  Stream<Reservation> listAll(ListReservations query);

  /**
   * Sets the end of a reservation's lease to now + {@code lease}.
   *
   * @param reservation the reservation, as it was answered
   * @param lease longer than 0, at most 365 days
   * @return the reservation with its new end of the lease
   * @throws ReservationNotFoundException if it was released, for instance because its lease ran out
   * @throws GenerationMismatchException if the slot has another reservation
   * @throws HoldfastException of {@link ErrorReason#SLOT_FILLED} if it is filled
   */
  default Reservation renewLease(Reservation reservation, Duration lease) {
    return renewLease(RenewLease.of(reservation, lease));
  }

  /**
   * Does what {@link #renewLease(Reservation, Duration)} does, without waiting.
   *
   * @param reservation the reservation, as it was answered
   * @param lease longer than 0, at most 365 days
   * @return the reservation with its new end of the lease
   */
  default CompletableFuture<Reservation> renewLeaseAsync(Reservation reservation, Duration lease) {
    return renewLeaseAsync(RenewLease.of(reservation, lease));
  }

  /**
   * Does what {@link #renewLease(Reservation, Duration)} does, with a request of the caller.
   *
   * @param change the renewal
   * @return the reservation with its new end of the lease
   */
  Reservation renewLease(RenewLease change);

  /**
   * Does what {@link #renewLease(RenewLease)} does, without waiting.
   *
   * @param change the renewal
   * @return the reservation with its new end of the lease
   */
  CompletableFuture<Reservation> renewLeaseAsync(RenewLease change);

  /**
   * Marks the slot of a reservation as filled, which ends its lease. A second call changes nothing.
   *
   * @param reservation the reservation, as it was answered
   * @return the reservation, filled
   * @throws ReservationNotFoundException if it was released, for instance because its lease ran out
   * @throws GenerationMismatchException if the slot has another reservation
   */
  default Reservation fillSlot(Reservation reservation) {
    return fillSlot(FillSlot.of(reservation));
  }

  /**
   * Does what {@link #fillSlot(Reservation)} does, without waiting.
   *
   * @param reservation the reservation, as it was answered
   * @return the reservation, filled
   */
  default CompletableFuture<Reservation> fillSlotAsync(Reservation reservation) {
    return fillSlotAsync(FillSlot.of(reservation));
  }

  /**
   * Does what {@link #fillSlot(Reservation)} does, with a request of the caller.
   *
   * @param change the fill
   * @return the reservation, filled; where this change was sent before and the slot was released
   *     since, it is {@link ReservationState#RELEASED}
   */
  Reservation fillSlot(FillSlot change);

  /**
   * Does what {@link #fillSlot(FillSlot)} does, without waiting.
   *
   * @param change the fill
   * @return the same as there
   */
  CompletableFuture<Reservation> fillSlotAsync(FillSlot change);

  /**
   * Releases the space of a reservation and ends it.
   *
   * @param reservation the reservation, as it was answered
   * @param reason the reason: {@link ReleaseReason#ATTEMPT_FAILED}, or {@link
   *     ReleaseReason#REQUEST_ENDED}, the only one that releases a filled slot
   * @return the released bytes, released now or earlier
   * @throws ReservationNotFoundException if nothing of the slot is kept
   * @throws GenerationMismatchException if this reservation is not kept, but others of the slot are
   * @throws HoldfastException of {@link ErrorReason#SLOT_FILLED} if it is filled and the reason is
   *     {@link ReleaseReason#ATTEMPT_FAILED}
   */
  default SlotReleased releaseSlot(Reservation reservation, ReleaseReason reason) {
    return releaseSlot(ReleaseSlot.of(reservation, reason));
  }

  /**
   * Does what {@link #releaseSlot(Reservation, ReleaseReason)} does, without waiting.
   *
   * @param reservation the reservation, as it was answered
   * @param reason why
   * @return the released bytes, released now or earlier
   */
  default CompletableFuture<SlotReleased> releaseSlotAsync(
      Reservation reservation, ReleaseReason reason) {
    return releaseSlotAsync(ReleaseSlot.of(reservation, reason));
  }

  /**
   * Does what {@link #releaseSlot(Reservation, ReleaseReason)} does, with a request of the caller.
   *
   * @param change the release
   * @return the released bytes, released now or earlier
   */
  SlotReleased releaseSlot(ReleaseSlot change);

  /**
   * Does what {@link #releaseSlot(ReleaseSlot)} does, without waiting.
   *
   * @param change the release
   * @return the released bytes, released now or earlier
   */
  CompletableFuture<SlotReleased> releaseSlotAsync(ReleaseSlot change);

  /**
   * Releases all slots of a request in one repository, filled or not. It does not close the
   * request: a reserve that commits later is granted. A request of more than 200,000 slots takes
   * several calls of 200,000 slots; if a later one fails, that is an {@link
   * OutcomeUnknownException}.
   *
   * @param change the request to end
   * @return the released slots and bytes; none if no slot was left, which is no error
   */
  RequestEnded endRequest(EndRequest change);

  /**
   * Does what {@link #endRequest} does, without waiting.
   *
   * @param change the request to end
   * @return the released slots and bytes
   */
  CompletableFuture<RequestEnded> endRequestAsync(EndRequest change);

  /**
   * Makes many changes, in order, with one durable commit. If the requests to end exceed the limit
   * of one transaction, more commits follow.
   *
   * @param apply the changes
   * @return one result per operation, in their order
   * @throws HoldfastException where {@link Apply#atomic()}: that of the first operation that fails,
   *     with {@code operation_index} in its metadata
   */
  List<OperationResult> apply(Apply apply);

  /**
   * Does what {@link #apply} does, without waiting.
   *
   * @param apply the changes
   * @return one result per operation, in their order
   */
  CompletableFuture<List<OperationResult>> applyAsync(Apply apply);

  /**
   * Makes the reservations of a repository agree with the slots that this node holds according to
   * the chain, in one transaction, beside other calls. First read the revision of the repository,
   * then ask the chain at a block that is not older than that moment, then call this.
   *
   * <p>Of the slots that did not change after the revision: a {@code FILLED} slot that was not
   * observed is released, an observed {@code RESERVED} slot becomes {@code FILLED}, and an observed
   * slot without a reservation gets one, if its amount is given and fits. Nothing happens before
   * all slots were sent. It is sent once, without retries; for very many slots give it more time by
   * {@link #withDeadline}.
   *
   * @param change the options
   * @param observed the slots, each once. They are iterated on this thread, no faster than they are
   *     sent, so they need not be in memory; a stream is {@code () -> stream().iterator()}. An
   *     exception of the iteration is thrown unchanged, and then nothing was changed
   * @return the changes
   * @throws RevisionCompactedException if events after the revision are no longer kept, so that the
   *     changes are unknown
   * @throws RevisionInFutureException if the repository has not reached the revision
   * @throws HoldfastException of {@link ErrorReason#EMPTY_OBSERVATION} if no slot was observed and
   *     that is not allowed
   */
  ReconcileResult reconcile(Reconcile change, Iterable<ObservedSlot> observed);

  /**
   * Does what {@link #reconcile} does, without waiting.
   *
   * @param change the options
   * @param observed the slots, each once, iterated on gRPC's threads
   * @return the changes
   */
  CompletableFuture<ReconcileResult> reconcileAsync(
      Reconcile change, Iterable<ObservedSlot> observed);

  /**
   * Returns a page of past events, by revision: the events of a slot, of a request or of the
   * repository that are kept.
   *
   * @param query the query
   * @return the page, of one moment; it is no error if the first events are no longer kept
   */
  EventPage listEvents(ListEvents query);

  /**
   * Does what {@link #listEvents} does, without waiting.
   *
   * @param query the query
   * @return the page, of one moment
   */
  CompletableFuture<EventPage> listEventsAsync(ListEvents query);

  /**
   * Returns all past events from the query's page on, page by page: the stream makes a call when it
   * has used up a page, and throws the error of that call.
   *
   * @param query the query
   * @return the events; each page is of its own moment
   */
  Stream<Event> listAllEvents(ListEvents query);

  /**
   * Sends a listener every event after a revision, in order, <b>each exactly once</b>, and then
   * every new event soon after its commit. It returns at once. A connection that breaks, is silent
   * for longer than two of the server's heartbeats (15 s each), or is ended by a server that shuts
   * down is opened again, with growing, jittered pauses, and the watch continues after the last
   * delivered event. It has no deadline, and ends by {@link EventSubscription#close}, with the
   * client, or with {@link EventListener#onError}.
   *
   * <p>To keep a copy of the reservations: read the revision, list them, then watch from that
   * revision on. The list may already contain changes in between, so the generation and state of an
   * event replace those of the list.
   *
   * @param watch which events
   * @param listener receives the events
   * @return the watch; close it when it is no longer needed
   */
  EventSubscription watchEvents(WatchEvents watch, EventListener listener);
}
