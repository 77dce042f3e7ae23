package dev.holdfast.client;

import dev.holdfast.v1.GetReservationRequest;
import dev.holdfast.v1.ReservationsServiceGrpc;
import java.util.List;

/** The calls of {@link Reservations}, ready to be sent. */
final class ReservationCalls {
  private ReservationCalls() {}

  static Call<?, ?, SlotReserved> reserveSlot(ReserveSlot change) {
    return Call.change(
        ReservationsServiceGrpc.getReserveSlotMethod(),
        Wire.request(change),
        change.operationId(),
        Wire::slotReserved);
  }

  static Call<?, ?, Reservation> get(String repositoryId, Slot slot) {
    return Call.read(
        ReservationsServiceGrpc.getGetReservationMethod(),
        GetReservationRequest.newBuilder()
            .setRepositoryId(repositoryId)
            .setSlot(Wire.slot(slot))
            .build(),
        response -> Wire.reservation(response.getReservation()));
  }

  static Call<?, ?, Page<Reservation>> list(ListReservations query) {
    return Call.read(
        ReservationsServiceGrpc.getListReservationsMethod(),
        Wire.request(query),
        response ->
            new Page<>(
                response.getReservationsList().stream().map(Wire::reservation).toList(),
                response.getNextPageToken()));
  }

  static Call<?, ?, Reservation> renewLease(RenewLease change) {
    return Call.changeWithoutId(
        ReservationsServiceGrpc.getRenewLeaseMethod(),
        Wire.request(change),
        Call.REPEAT,
        response -> Wire.reservation(response.getReservation()));
  }

  static Call<?, ?, Reservation> fillSlot(FillSlot change) {
    return Call.change(
        ReservationsServiceGrpc.getFillSlotMethod(),
        Wire.request(change),
        change.operationId(),
        response -> Wire.reservation(response.getReservation()));
  }

  static Call<?, ?, SlotReleased> releaseSlot(ReleaseSlot change) {
    return Call.change(
        ReservationsServiceGrpc.getReleaseSlotMethod(),
        Wire.request(change),
        change.operationId(),
        Wire::slotReleased);
  }

  static Call<?, ?, RequestEnded> endRequest(EndRequest change) {
    return Call.change(
        ReservationsServiceGrpc.getEndRequestMethod(),
        Wire.request(change),
        change.operationId(),
        Wire::requestEnded);
  }

  static Call<?, ?, List<OperationResult>> apply(Apply apply) {
    return Call.changeWithoutId(
        ReservationsServiceGrpc.getApplyMethod(),
        Wire.request(apply),
        "Send the same Apply again, with the operation ids that it carries, until it is answered.",
        response -> Wire.operationResults(apply.operations(), response.getResultsList()));
  }
}
