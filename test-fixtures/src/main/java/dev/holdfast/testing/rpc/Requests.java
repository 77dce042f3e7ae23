package dev.holdfast.testing.rpc;

import com.google.protobuf.Duration;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.AvailableRequest;
import dev.holdfast.v1.CreateRepositoryRequest;
import dev.holdfast.v1.DeleteRepositoryRequest;
import dev.holdfast.v1.EndRequestRequest;
import dev.holdfast.v1.FillSlotRequest;
import dev.holdfast.v1.GetRepositoryRequest;
import dev.holdfast.v1.GetReservationRequest;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.ReleaseRequest;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.RenewLeaseRequest;
import dev.holdfast.v1.ReserveRequest;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.Slot;
import dev.holdfast.v1.UpdateRepositoryRequest;
import dev.holdfast.v1.VerifyRequest;
import java.util.List;

/**
 * Builds requests and operations from their fields, without validation or default values. An empty
 * repository id means the default repository, an empty operation id means no operation id, and a
 * generation of 0 means the current generation.
 */
public final class Requests {
  private Requests() {}

  /**
   * Returns a slot of a storage request.
   *
   * @param requestId the storage request
   * @param slotIndex the index of the slot in the storage request, as an unsigned number
   * @return the message
   */
  public static Slot slot(String requestId, long slotIndex) {
    return Slot.newBuilder().setRequestId(requestId).setSlotIndex(slotIndex).build();
  }

  /**
   * Returns a duration.
   *
   * @param millis the duration in milliseconds
   * @return the message
   */
  public static Duration millis(long millis) {
    return Duration.newBuilder()
        .setSeconds(millis / 1000)
        .setNanos((int) (millis % 1000) * 1_000_000)
        .build();
  }

  /**
   * Returns a request to create a repository.
   *
   * @param repositoryId the id of the new repository
   * @param capacityBytes the capacity in bytes
   * @return the request
   */
  public static CreateRepositoryRequest createRepository(String repositoryId, long capacityBytes) {
    return CreateRepositoryRequest.newBuilder()
        .setRepositoryId(repositoryId)
        .setCapacityBytes(capacityBytes)
        .build();
  }

  /**
   * Returns a request to read a repository.
   *
   * @param repositoryId the repository
   * @return the request
   */
  public static GetRepositoryRequest getRepository(String repositoryId) {
    return GetRepositoryRequest.newBuilder().setRepositoryId(repositoryId).build();
  }

  /**
   * Returns a request to change the capacity of a repository.
   *
   * @param repositoryId the repository
   * @param capacityBytes the new capacity in bytes
   * @return the request
   */
  public static UpdateRepositoryRequest updateRepository(String repositoryId, long capacityBytes) {
    return UpdateRepositoryRequest.newBuilder()
        .setRepositoryId(repositoryId)
        .setCapacityBytes(capacityBytes)
        .build();
  }

  /**
   * Returns a request to delete a repository.
   *
   * @param repositoryId the repository
   * @return the request
   */
  public static DeleteRepositoryRequest deleteRepository(String repositoryId) {
    return DeleteRepositoryRequest.newBuilder().setRepositoryId(repositoryId).build();
  }

  /**
   * Returns a request to read the available space.
   *
   * @param repositoryId the repository
   * @return the request
   */
  public static AvailableRequest available(String repositoryId) {
    return AvailableRequest.newBuilder().setRepositoryId(repositoryId).build();
  }

  /**
   * Returns a request to recount the sums of a repository.
   *
   * @param repositoryId the repository
   * @return the request
   */
  public static VerifyRequest verify(String repositoryId) {
    return VerifyRequest.newBuilder().setRepositoryId(repositoryId).build();
  }

  /**
   * Returns a request to reserve bytes that belong to no slot.
   *
   * @param repositoryId the repository
   * @param amountBytes the number of bytes
   * @param operationId the operation id
   * @return the request
   */
  public static ReserveRequest reserve(String repositoryId, long amountBytes, String operationId) {
    return ReserveRequest.newBuilder()
        .setRepositoryId(repositoryId)
        .setAmountBytes(amountBytes)
        .setOperationId(operationId)
        .build();
  }

  /**
   * Returns a request to release bytes that belong to no slot.
   *
   * @param repositoryId the repository
   * @param amountBytes the number of bytes
   * @param operationId the operation id
   * @return the request
   */
  public static ReleaseRequest release(String repositoryId, long amountBytes, String operationId) {
    return ReleaseRequest.newBuilder()
        .setRepositoryId(repositoryId)
        .setAmountBytes(amountBytes)
        .setOperationId(operationId)
        .build();
  }

  /**
   * Returns a request to reserve a slot without a lease.
   *
   * @param repositoryId the repository
   * @param slot the slot
   * @param amountBytes the size of the slot in bytes
   * @param operationId the operation id
   * @return the request
   */
  public static ReserveSlotRequest reserveSlot(
      String repositoryId, Slot slot, long amountBytes, String operationId) {
    return ReserveSlotRequest.newBuilder()
        .setRepositoryId(repositoryId)
        .setSlot(slot)
        .setAmountBytes(amountBytes)
        .setOperationId(operationId)
        .build();
  }

  /**
   * Returns a request to read a reservation.
   *
   * @param repositoryId the repository
   * @param slot the reserved slot
   * @return the request
   */
  public static GetReservationRequest getReservation(String repositoryId, Slot slot) {
    return GetReservationRequest.newBuilder().setRepositoryId(repositoryId).setSlot(slot).build();
  }

  /**
   * Returns a request to renew a lease.
   *
   * @param repositoryId the repository
   * @param slot the reserved slot
   * @param generation the reservation's generation
   * @param lease the new duration of the lease, counted from the renewal
   * @return the request
   */
  public static RenewLeaseRequest renewLease(
      String repositoryId, Slot slot, long generation, Duration lease) {
    return RenewLeaseRequest.newBuilder()
        .setRepositoryId(repositoryId)
        .setSlot(slot)
        .setGeneration(generation)
        .setLease(lease)
        .build();
  }

  /**
   * Returns a request to mark a slot as filled.
   *
   * @param repositoryId the repository
   * @param slot the reserved slot
   * @param generation the reservation's generation
   * @param operationId the operation id
   * @return the request
   */
  public static FillSlotRequest fillSlot(
      String repositoryId, Slot slot, long generation, String operationId) {
    return FillSlotRequest.newBuilder()
        .setRepositoryId(repositoryId)
        .setSlot(slot)
        .setGeneration(generation)
        .setOperationId(operationId)
        .build();
  }

  /**
   * Returns a request to release a slot because the attempt failed.
   *
   * @param repositoryId the repository
   * @param slot the reserved slot
   * @param generation the reservation's generation
   * @param operationId the operation id
   * @return the request, without a reason
   */
  public static ReleaseSlotRequest releaseSlot(
      String repositoryId, Slot slot, long generation, String operationId) {
    return releaseSlot(
        repositoryId, slot, generation, ReleaseReason.RELEASE_REASON_UNSPECIFIED, operationId);
  }

  /**
   * Returns a request to release a slot.
   *
   * @param repositoryId the repository
   * @param slot the reserved slot
   * @param generation the reservation's generation
   * @param reason the release reason; unspecified means that the attempt failed
   * @param operationId the operation id
   * @return the request
   */
  public static ReleaseSlotRequest releaseSlot(
      String repositoryId, Slot slot, long generation, ReleaseReason reason, String operationId) {
    return ReleaseSlotRequest.newBuilder()
        .setRepositoryId(repositoryId)
        .setSlot(slot)
        .setGeneration(generation)
        .setReason(reason)
        .setOperationId(operationId)
        .build();
  }

  /**
   * Returns a request to release all slots of a storage request.
   *
   * @param repositoryId the repository
   * @param requestId the storage request
   * @param operationId the operation id
   * @return the request
   */
  public static EndRequestRequest endRequest(
      String repositoryId, String requestId, String operationId) {
    return EndRequestRequest.newBuilder()
        .setRepositoryId(repositoryId)
        .setRequestId(requestId)
        .setOperationId(operationId)
        .build();
  }

  /**
   * Returns a request to make several changes.
   *
   * @param repositoryId the repository
   * @param atomic whether the server makes either all changes or none
   * @param operations the changes, in order
   * @return the request
   */
  public static ApplyRequest apply(
      String repositoryId, boolean atomic, List<Operation> operations) {
    return ApplyRequest.newBuilder()
        .setRepositoryId(repositoryId)
        .setAtomic(atomic)
        .addAllOperations(operations)
        .build();
  }

  /**
   * Returns an operation for an Apply that is equivalent to a single call.
   *
   * @param request the request of the single call
   * @return the operation
   */
  public static Operation operation(ReserveSlotRequest request) {
    return Operation.newBuilder().setReserveSlot(request).build();
  }

  /**
   * Returns an operation for an Apply that is equivalent to a single call.
   *
   * @param request the request of the single call
   * @return the operation
   */
  public static Operation operation(RenewLeaseRequest request) {
    return Operation.newBuilder().setRenewLease(request).build();
  }

  /**
   * Returns an operation for an Apply that is equivalent to a single call.
   *
   * @param request the request of the single call
   * @return the operation
   */
  public static Operation operation(FillSlotRequest request) {
    return Operation.newBuilder().setFillSlot(request).build();
  }

  /**
   * Returns an operation for an Apply that is equivalent to a single call.
   *
   * @param request the request of the single call
   * @return the operation
   */
  public static Operation operation(ReleaseSlotRequest request) {
    return Operation.newBuilder().setReleaseSlot(request).build();
  }

  /**
   * Returns an operation for an Apply that is equivalent to a single call.
   *
   * @param request the request of the single call
   * @return the operation
   */
  public static Operation operation(EndRequestRequest request) {
    return Operation.newBuilder().setEndRequest(request).build();
  }
}
