package dev.holdfast.client.internal.calls;

import dev.holdfast.client.internal.wire.Call;
import dev.holdfast.client.internal.wire.ProtoMapper;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.Apply;
import dev.holdfast.client.requests.EndRequest;
import dev.holdfast.client.requests.FillSlot;
import dev.holdfast.client.requests.ListReservations;
import dev.holdfast.client.requests.ReleaseSlot;
import dev.holdfast.client.requests.RenewLease;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.results.SlotReleased;
import dev.holdfast.client.results.SlotReserved;
import dev.holdfast.v1.EndRequestRequest;
import dev.holdfast.v1.EndRequestResponse;
import dev.holdfast.v1.FillSlotRequest;
import dev.holdfast.v1.FillSlotResponse;
import dev.holdfast.v1.GetReservationRequest;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.RenewLeaseRequest;
import dev.holdfast.v1.RenewLeaseResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;

/** The calls of {@link dev.holdfast.client.Reservations}, ready to be sent. */
public final class ReservationCalls {
  private ReservationCalls() {}

  public static Call<ReserveSlotRequest, ReserveSlotResponse, SlotReserved> reserveSlot(
      ReserveSlot change) {
    return Call.change(
        ReservationsServiceGrpc.getReserveSlotMethod(),
        ProtoMapper.request(change),
        change.operationId(),
        ProtoMapper::slotReserved);
  }

  public static Call<?, ?, Reservation> get(String repositoryId, Slot slot) {
    return Call.read(
        ReservationsServiceGrpc.getGetReservationMethod(),
        GetReservationRequest.newBuilder()
            .setRepositoryId(repositoryId)
            .setSlot(ProtoMapper.slot(slot))
            .build(),
        response -> ProtoMapper.reservation(response.getReservation()));
  }

  public static Call<?, ?, Page<Reservation>> list(ListReservations query) {
    return Call.read(
        ReservationsServiceGrpc.getListReservationsMethod(),
        ProtoMapper.request(query),
        response ->
            new Page<>(
                response.getReservationsList().stream().map(ProtoMapper::reservation).toList(),
                response.getNextPageToken()));
  }

  public static Call<RenewLeaseRequest, RenewLeaseResponse, Reservation> renewLease(
      RenewLease change) {
    return Call.changeWithoutId(
        ReservationsServiceGrpc.getRenewLeaseMethod(),
        ProtoMapper.request(change),
        Call.REPEAT,
        response -> ProtoMapper.reservation(response.getReservation()));
  }

  public static Call<FillSlotRequest, FillSlotResponse, Reservation> fillSlot(FillSlot change) {
    return Call.change(
        ReservationsServiceGrpc.getFillSlotMethod(),
        ProtoMapper.request(change),
        change.operationId(),
        response -> ProtoMapper.reservation(response.getReservation()));
  }

  public static Call<ReleaseSlotRequest, ReleaseSlotResponse, SlotReleased> releaseSlot(
      ReleaseSlot change) {
    return Call.change(
        ReservationsServiceGrpc.getReleaseSlotMethod(),
        ProtoMapper.request(change),
        change.operationId(),
        ProtoMapper::slotReleased);
  }

  public static Call<EndRequestRequest, EndRequestResponse, EndRequestSteps.Step> endRequest(
      EndRequest change) {
    return Call.change(
        ReservationsServiceGrpc.getEndRequestMethod(),
        ProtoMapper.request(change),
        change.operationId(),
        EndRequestSteps.Step::of);
  }

  public static Call<?, ?, EndRequestSteps.Applied> apply(Apply apply) {
    return Call.changeWithoutId(
        ReservationsServiceGrpc.getApplyMethod(),
        ProtoMapper.request(apply),
        "Send the same Apply again, with the operation ids that it carries, until it is answered.",
        response ->
            new EndRequestSteps.Applied(
                ProtoMapper.operationResults(apply.operations(), response.getResultsList()),
                ProtoMapper.unfinished(response.getResultsList())));
  }
}
