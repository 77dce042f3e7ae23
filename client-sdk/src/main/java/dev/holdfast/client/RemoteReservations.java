package dev.holdfast.client;

import dev.holdfast.client.internal.calls.EndRequestSteps;
import dev.holdfast.client.internal.calls.Pages;
import dev.holdfast.client.internal.calls.ReconcileCalls;
import dev.holdfast.client.internal.calls.ReservationCalls;
import dev.holdfast.client.internal.calls.Transport;
import dev.holdfast.client.internal.changes.BatchableChange;
import dev.holdfast.client.internal.wire.EventMapper;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.model.ObservedSlot;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.Reservation;
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
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Sends the calls of {@link Reservations} to a server. */
final class RemoteReservations implements Reservations {
  private final Transport transport;

  RemoteReservations(Transport transport) {
    this.transport = transport;
  }

  @Override
  public Reservations withDeadline(Duration deadline) {
    return new RemoteReservations(transport.withDeadline(deadline));
  }

  @Override
  public SlotReserved reserveSlot(ReserveSlot change) {
    return transport.send(ReservationCalls.reserveSlot(change));
  }

  @Override
  public CompletableFuture<SlotReserved> reserveSlotAsync(ReserveSlot change) {
    return transport.sendBatched(
        ReservationCalls.reserveSlot(change), BatchableChange.RESERVE_SLOT, change.repositoryId());
  }

  @Override
  public Reservation get(String repositoryId, Slot slot) {
    return transport.send(ReservationCalls.get(repositoryId, slot));
  }

  @Override
  public CompletableFuture<Reservation> getAsync(String repositoryId, Slot slot) {
    return transport.sendAsync(ReservationCalls.get(repositoryId, slot));
  }

  @Override
  public Page<Reservation> list(ListReservations query) {
    return transport.send(ReservationCalls.list(query));
  }

  @Override
  public CompletableFuture<Page<Reservation>> listAsync(ListReservations query) {
    return transport.sendAsync(ReservationCalls.list(query));
  }

  @Override
  public Stream<Reservation> listAll(ListReservations query) {
    return Pages.stream(query.pageToken(), pageToken -> list(query.withPageToken(pageToken)));
  }

  @Override
  public Reservation renewLease(RenewLease change) {
    return transport.send(ReservationCalls.renewLease(change));
  }

  @Override
  public CompletableFuture<Reservation> renewLeaseAsync(RenewLease change) {
    return transport.sendBatched(
        ReservationCalls.renewLease(change), BatchableChange.RENEW_LEASE, change.repositoryId());
  }

  @Override
  public Reservation fillSlot(FillSlot change) {
    return transport.send(ReservationCalls.fillSlot(change));
  }

  @Override
  public CompletableFuture<Reservation> fillSlotAsync(FillSlot change) {
    return transport.sendBatched(
        ReservationCalls.fillSlot(change), BatchableChange.FILL_SLOT, change.repositoryId());
  }

  @Override
  public SlotReleased releaseSlot(ReleaseSlot change) {
    return transport.send(ReservationCalls.releaseSlot(change));
  }

  @Override
  public CompletableFuture<SlotReleased> releaseSlotAsync(ReleaseSlot change) {
    return transport.sendBatched(
        ReservationCalls.releaseSlot(change), BatchableChange.RELEASE_SLOT, change.repositoryId());
  }

  @Override
  public RequestEnded endRequest(EndRequest change) {
    return new EndRequestSteps(transport).all(change);
  }

  @Override
  public CompletableFuture<RequestEnded> endRequestAsync(EndRequest change) {
    return new EndRequestSteps(transport).allAsync(change);
  }

  @Override
  public List<OperationResult> apply(Apply apply) {
    return new EndRequestSteps(transport).apply(apply);
  }

  @Override
  public CompletableFuture<List<OperationResult>> applyAsync(Apply apply) {
    return new EndRequestSteps(transport).applyAsync(apply);
  }

  @Override
  public ReconcileResult reconcile(Reconcile change, Iterable<ObservedSlot> observed) {
    return transport.sendAll(
        ReconcileCalls.reconcile(change), ReconcileCalls.messages(observed.iterator()));
  }

  @Override
  public CompletableFuture<ReconcileResult> reconcileAsync(
      Reconcile change, Iterable<ObservedSlot> observed) {
    return transport.sendAllAsync(
        ReconcileCalls.reconcile(change), ReconcileCalls.messages(observed.iterator()));
  }

  @Override
  public EventPage listEvents(ListEvents query) {
    return transport.send(EventMapper.list(query));
  }

  @Override
  public CompletableFuture<EventPage> listEventsAsync(ListEvents query) {
    return transport.sendAsync(EventMapper.list(query));
  }

  @Override
  public Stream<Event> listAllEvents(ListEvents query) {
    return Pages.stream(
        query.pageToken(),
        pageToken -> {
          EventPage page = listEvents(query.withPageToken(pageToken));
          return new Page<>(page.events(), page.nextPageToken());
        });
  }

  @Override
  public EventSubscription watchEvents(WatchEvents watch, EventListener listener) {
    return watchEvents(watch, listener, Watch.Pace.DEFAULT);
  }

  EventSubscription watchEvents(WatchEvents watch, EventListener listener, Watch.Pace pace) {
    Objects.requireNonNull(listener, "listener");
    transport.requireOpen();
    return new Watch(transport, watch, listener, pace).begin();
  }
}
