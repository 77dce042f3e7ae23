package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.convert.ApplyConverter;
import dev.holdfast.server.api.convert.OperationConverter;
import dev.holdfast.server.api.convert.PageTokens;
import dev.holdfast.server.api.convert.ProtoConverters;
import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.api.convert.RequestValidator;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsPage;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.rules.Outcome.ApplyDone;
import dev.holdfast.server.ledger.rules.Outcome.ReservationDone;
import dev.holdfast.server.ledger.rules.Outcome.SlotReleaseDone;
import dev.holdfast.server.ledger.rules.Outcome.SlotsReleaseDone;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.EndRequestRequest;
import dev.holdfast.v1.EndRequestResponse;
import dev.holdfast.v1.FillSlotRequest;
import dev.holdfast.v1.FillSlotResponse;
import dev.holdfast.v1.GetReservationRequest;
import dev.holdfast.v1.GetReservationResponse;
import dev.holdfast.v1.ListEventsRequest;
import dev.holdfast.v1.ListEventsResponse;
import dev.holdfast.v1.ListReservationsRequest;
import dev.holdfast.v1.ListReservationsResponse;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.RenewLeaseRequest;
import dev.holdfast.v1.RenewLeaseResponse;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.ReservationsServiceGrpc.ReservationsServiceImplBase;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import dev.holdfast.v1.WatchEventsRequest;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/** Implements ReservationsService of the contract. */
final class ReservationsApi extends ReservationsServiceImplBase {
  private final CallDispatcher calls;
  private final ReconcileCalls reconciles;
  private final WatchCalls watches;

  ReservationsApi(CallDispatcher calls, ReconcileCalls reconciles, WatchCalls watches) {
    this.calls = calls;
    this.reconciles = reconciles;
    this.watches = watches;
  }

  @Override
  public void reserveSlot(
      ReserveSlotRequest request, StreamObserver<ReserveSlotResponse> observer) {
    calls.change(
        observer,
        validator ->
            OperationConverter.of(
                validator, validator.repositoryId(request.getRepositoryId()), request),
        (command, done) ->
            ProtoConverters.reserved(command.repositoryId(), (ReservationDone) done));
  }

  private record SlotQuery(String repositoryId, Slot slot) {}

  @Override
  public void getReservation(
      GetReservationRequest request, StreamObserver<GetReservationResponse> observer) {
    calls.read(
        observer,
        validator ->
            new SlotQuery(
                validator.repositoryId(request.getRepositoryId()),
                validator.slot(request.hasSlot(), request.getSlot())),
        (reads, query) -> {
          String repositoryId = RepositoryApi.existing(reads, query.repositoryId()).id();
          Reservation found = reads.reservation(repositoryId, query.slot());
          if (found == null) {
            throw new RejectedException(
                Rejections.reservationNotFound(repositoryId, query.slot(), 0));
          }
          return GetReservationResponse.newBuilder()
              .setReservation(ProtoConverters.reservation(repositoryId, found))
              .build();
        });
  }

  @Override
  public void listReservations(
      ListReservationsRequest request, StreamObserver<ListReservationsResponse> observer) {
    calls.readLarge(
        observer,
        validator -> query(validator, request),
        (reads, query) -> {
          String repositoryId = RepositoryApi.existing(reads, query.repositoryId()).id();
          ReservationsPage page = reads.reservations(query);
          ListReservationsResponse.Builder response = ListReservationsResponse.newBuilder();
          page.reservations()
              .forEach(
                  found ->
                      response.addReservations(ProtoConverters.reservation(repositoryId, found)));
          if (page.last() != null) {
            response.setNextPageToken(PageTokens.encode(queryKey(query), position(page.last())));
          }
          return response.build();
        });
  }

  private static ReservationsQuery query(
      RequestValidator validator, ListReservationsRequest request) {
    ReservationsQuery first =
        new ReservationsQuery(
            validator.repositoryId(request.getRepositoryId()),
            request.getRequestId().isEmpty()
                ? null
                : validator.requestId("request_id", request.getRequestId()),
            filled(validator, request.getState()),
            null,
            validator.pageSize(request.getPageSize()));
    Slot last =
        PageTokens.decode(
            validator, queryKey(first), request.getPageToken(), ReservationsApi::slot);
    return last == null ? first : first.behind(last);
  }

  private static @Nullable Boolean filled(RequestValidator validator, ReservationState state) {
    return switch (state) {
      case RESERVATION_STATE_UNSPECIFIED -> null;
      case RESERVATION_STATE_RESERVED -> false;
      case RESERVATION_STATE_FILLED -> true;
      case RESERVATION_STATE_RELEASED, UNRECOGNIZED -> {
        validator.reject("state", "must be RESERVED or FILLED; released reservations are deleted");
        yield null;
      }
    };
  }

  private static String queryKey(ReservationsQuery query) {
    return PageTokens.queryKey(
        "ListReservations", query.repositoryId(), query.requestId(), query.filled());
  }

  private static String position(Slot slot) {
    return Long.toUnsignedString(slot.slotIndex()) + " " + slot.requestId();
  }

  private static Slot slot(String position) {
    int blank = position.indexOf(' ');
    if (blank < 0) {
      throw new IllegalArgumentException("no blank after the slot index");
    }
    return new Slot(
        position.substring(blank + 1), Long.parseUnsignedLong(position.substring(0, blank)));
  }

  @Override
  public void renewLease(RenewLeaseRequest request, StreamObserver<RenewLeaseResponse> observer) {
    calls.change(
        observer,
        validator ->
            OperationConverter.of(
                validator, validator.repositoryId(request.getRepositoryId()), request),
        (command, done) -> ProtoConverters.renewed(command.repositoryId(), (ReservationDone) done));
  }

  @Override
  public void fillSlot(FillSlotRequest request, StreamObserver<FillSlotResponse> observer) {
    calls.change(
        observer,
        validator ->
            OperationConverter.of(
                validator, validator.repositoryId(request.getRepositoryId()), request),
        (command, done) -> ProtoConverters.filled(command.repositoryId(), (ReservationDone) done));
  }

  @Override
  public void releaseSlot(
      ReleaseSlotRequest request, StreamObserver<ReleaseSlotResponse> observer) {
    calls.change(
        observer,
        validator ->
            OperationConverter.of(
                validator, validator.repositoryId(request.getRepositoryId()), request),
        (command, done) -> ProtoConverters.released((SlotReleaseDone) done));
  }

  @Override
  public void endRequest(EndRequestRequest request, StreamObserver<EndRequestResponse> observer) {
    calls.change(
        observer,
        validator ->
            OperationConverter.of(
                validator, validator.repositoryId(request.getRepositoryId()), request),
        (command, done) -> ProtoConverters.ended((SlotsReleaseDone) done));
  }

  @Override
  public void apply(ApplyRequest request, StreamObserver<ApplyResponse> observer) {
    calls.changeLarge(
        observer,
        validator -> ApplyConverter.command(validator, request),
        (command, done) ->
            ApplyConverter.response(
                request, command.repositoryId(), ((ApplyDone) done).outcomes()));
  }

  @Override
  public StreamObserver<ReconcileRequest> reconcile(StreamObserver<ReconcileResponse> observer) {
    return reconciles.begin(observer);
  }

  @Override
  public void watchEvents(
      WatchEventsRequest request, StreamObserver<WatchEventsResponse> observer) {
    watches.watch(request, observer);
  }

  @Override
  public void listEvents(ListEventsRequest request, StreamObserver<ListEventsResponse> observer) {
    calls.readLarge(
        observer,
        validator -> EventPages.query(validator, request),
        (reads, query) -> EventPages.response(reads, calls, query, request));
  }
}
