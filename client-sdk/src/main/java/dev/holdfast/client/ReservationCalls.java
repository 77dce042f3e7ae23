package dev.holdfast.client;

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

/** The calls of {@link Reservations}, ready to be sent. */
final class ReservationCalls {
  private ReservationCalls() {}

  static Call<ReserveSlotRequest, ReserveSlotResponse, SlotReserved> reserveSlot(
      ReserveSlot change) {
    return Call.change(
        ReservationsServiceGrpc.getReserveSlotMethod(),
        ProtoMapper.request(change),
        change.operationId(),
        ProtoMapper::slotReserved);
  }

  static Call<?, ?, Reservation> get(String repositoryId, Slot slot) {
    return Call.read(
        ReservationsServiceGrpc.getGetReservationMethod(),
        GetReservationRequest.newBuilder()
            .setRepositoryId(repositoryId)
            .setSlot(ProtoMapper.slot(slot))
            .build(),
        response -> ProtoMapper.reservation(response.getReservation()));
  }

  static Call<?, ?, Page<Reservation>> list(ListReservations query) {
    return Call.read(
        ReservationsServiceGrpc.getListReservationsMethod(),
        ProtoMapper.request(query),
        response ->
            new Page<>(
                response.getReservationsList().stream().map(ProtoMapper::reservation).toList(),
                response.getNextPageToken()));
  }

  static Call<RenewLeaseRequest, RenewLeaseResponse, Reservation> renewLease(RenewLease change) {
    return Call.changeWithoutId(
        ReservationsServiceGrpc.getRenewLeaseMethod(),
        ProtoMapper.request(change),
        Call.REPEAT,
        response -> ProtoMapper.reservation(response.getReservation()));
  }

  static Call<FillSlotRequest, FillSlotResponse, Reservation> fillSlot(FillSlot change) {
    return Call.change(
        ReservationsServiceGrpc.getFillSlotMethod(),
        ProtoMapper.request(change),
        change.operationId(),
        response -> ProtoMapper.reservation(response.getReservation()));
  }

  static Call<ReleaseSlotRequest, ReleaseSlotResponse, SlotReleased> releaseSlot(
      ReleaseSlot change) {
    return Call.change(
        ReservationsServiceGrpc.getReleaseSlotMethod(),
        ProtoMapper.request(change),
        change.operationId(),
        ProtoMapper::slotReleased);
  }

  static Call<EndRequestRequest, EndRequestResponse, EndRequestSteps.Step> endRequest(
      EndRequest change) {
    return Call.change(
        ReservationsServiceGrpc.getEndRequestMethod(),
        ProtoMapper.request(change),
        change.operationId(),
        EndRequestSteps.Step::of);
  }

  static Call<?, ?, EndRequestSteps.Applied> apply(Apply apply) {
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
