package dev.holdfast.it;

import com.google.protobuf.Duration;
import dev.holdfast.v1.AvailableRequest;
import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.CreateRepositoryRequest;
import dev.holdfast.v1.EndRequestRequest;
import dev.holdfast.v1.EndRequestResponse;
import dev.holdfast.v1.FillSlotRequest;
import dev.holdfast.v1.GetReservationRequest;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.RenewLeaseRequest;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.Slot;
import dev.holdfast.v1.VerifyRequest;
import dev.holdfast.v1.VerifyResponse;

/**
 * A test's own repository of a live server, with the words of its requests made short.
 *
 * @param id the repository
 */
record Ledger(LiveServer server, String id) {
  static Ledger of(LiveServer server, long capacityBytes) {
    return new Ledger(server, server.newRepository(capacityBytes));
  }

  static Slot slot(String requestId, long slotIndex) {
    return Slot.newBuilder().setRequestId(requestId).setSlotIndex(slotIndex).build();
  }

  static Duration millis(long millis) {
    return Duration.newBuilder()
        .setSeconds(millis / 1000)
        .setNanos((int) (millis % 1000) * 1_000_000)
        .build();
  }

  ReserveSlotRequest.Builder reserving(Slot slot, long amountBytes, String operationId) {
    return ReserveSlotRequest.newBuilder()
        .setRepositoryId(id)
        .setSlot(slot)
        .setAmountBytes(amountBytes)
        .setOperationId(operationId);
  }

  Reservation reserve(ReserveSlotRequest.Builder request) {
    return server.reservations().reserveSlot(request.build()).getReservation();
  }

  Reservation reserve(Slot slot, long amountBytes, String operationId) {
    return reserve(reserving(slot, amountBytes, operationId));
  }

  Reservation get(Slot slot) {
    return server
        .reservations()
        .getReservation(
            GetReservationRequest.newBuilder().setRepositoryId(id).setSlot(slot).build())
        .getReservation();
  }

  Reservation fill(Slot slot, long generation, String operationId) {
    return server
        .reservations()
        .fillSlot(
            FillSlotRequest.newBuilder()
                .setRepositoryId(id)
                .setSlot(slot)
                .setGeneration(generation)
                .setOperationId(operationId)
                .build())
        .getReservation();
  }

  Reservation renew(Slot slot, long generation, Duration lease) {
    return server
        .reservations()
        .renewLease(
            RenewLeaseRequest.newBuilder()
                .setRepositoryId(id)
                .setSlot(slot)
                .setGeneration(generation)
                .setLease(lease)
                .build())
        .getReservation();
  }

  /** Releases because the attempt failed. */
  ReleaseSlotResponse release(Slot slot, long generation, String operationId) {
    return release(slot, generation, ReleaseReason.RELEASE_REASON_UNSPECIFIED, operationId);
  }

  ReleaseSlotResponse release(
      Slot slot, long generation, ReleaseReason reason, String operationId) {
    return server
        .reservations()
        .releaseSlot(
            ReleaseSlotRequest.newBuilder()
                .setRepositoryId(id)
                .setSlot(slot)
                .setGeneration(generation)
                .setReason(reason)
                .setOperationId(operationId)
                .build());
  }

  EndRequestResponse end(String requestId, String operationId) {
    return server
        .reservations()
        .endRequest(
            EndRequestRequest.newBuilder()
                .setRepositoryId(id)
                .setRequestId(requestId)
                .setOperationId(operationId)
                .build());
  }

  /** Makes it again after it was deleted. */
  void makeAgain(long capacityBytes) {
    var unused =
        server
            .repositories()
            .createRepository(
                CreateRepositoryRequest.newBuilder()
                    .setRepositoryId(id)
                    .setCapacityBytes(capacityBytes)
                    .build());
  }

  AvailableResponse available() {
    return server
        .repositories()
        .available(AvailableRequest.newBuilder().setRepositoryId(id).build());
  }

  VerifyResponse verify() {
    return server.repositories().verify(VerifyRequest.newBuilder().setRepositoryId(id).build());
  }
}
