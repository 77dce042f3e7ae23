package dev.holdfast.testing.junit;

import com.google.protobuf.Duration;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.EndRequestResponse;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.ReleaseResponse;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.Repository;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReserveResponse;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.Slot;
import dev.holdfast.v1.VerifyResponse;
import java.util.List;

/**
 * Provides a repository of a live server for one test, with a method for each call. A call that the
 * server rejects throws {@link io.grpc.StatusRuntimeException}. An empty operation id means no
 * operation id, and a generation of 0 means the current generation.
 *
 * @param server the server
 * @param id the id of the repository, which need not exist
 */
public record RepositoryFixture(LiveServer server, String id) {
  /**
   * Creates a repository with an id that no other test of the class uses.
   *
   * @param server the server
   * @param capacityBytes the capacity in bytes
   * @return the new repository
   */
  public static RepositoryFixture of(LiveServer server, long capacityBytes) {
    return new RepositoryFixture(server, server.newRepository(capacityBytes));
  }

  /**
   * Creates the repository, also again after a deletion.
   *
   * @param capacityBytes the capacity in bytes
   * @return the repository
   */
  public Repository create(long capacityBytes) {
    return server
        .repositories()
        .createRepository(Requests.createRepository(id, capacityBytes))
        .getRepository();
  }

  /**
   * Returns the repository.
   *
   * @return the repository
   */
  public Repository repository() {
    return server.repositories().getRepository(Requests.getRepository(id)).getRepository();
  }

  /**
   * Changes the capacity.
   *
   * @param capacityBytes the new capacity in bytes
   * @return the repository
   */
  public Repository update(long capacityBytes) {
    return server
        .repositories()
        .updateRepository(Requests.updateRepository(id, capacityBytes))
        .getRepository();
  }

  /** Deletes the repository. */
  public void delete() {
    var unused = server.repositories().deleteRepository(Requests.deleteRepository(id));
  }

  /**
   * Returns the available space.
   *
   * @return the sums of the repository
   */
  public AvailableResponse available() {
    return server.repositories().available(Requests.available(id));
  }

  /**
   * Makes the server recount the sums of the repository.
   *
   * @return the result of the recount
   */
  public VerifyResponse verify() {
    return server.repositories().verify(Requests.verify(id));
  }

  /**
   * Reserves bytes that belong to no slot.
   *
   * @param amountBytes the number of bytes
   * @param operationId the operation id
   * @return the response
   */
  public ReserveResponse reserveUnassigned(long amountBytes, String operationId) {
    return server.repositories().reserve(Requests.reserve(id, amountBytes, operationId));
  }

  /**
   * Releases bytes that belong to no slot.
   *
   * @param amountBytes the number of bytes
   * @param operationId the operation id
   * @return the response
   */
  public ReleaseResponse releaseUnassigned(long amountBytes, String operationId) {
    return server.repositories().release(Requests.release(id, amountBytes, operationId));
  }

  /**
   * Returns a request to reserve a slot in this repository, which the test can change and then
   * send.
   *
   * @param slot the slot
   * @param amountBytes the size of the slot in bytes
   * @param operationId the operation id
   * @return the request
   */
  public ReserveSlotRequest.Builder reserving(Slot slot, long amountBytes, String operationId) {
    return Requests.reserveSlot(id, slot, amountBytes, operationId).toBuilder();
  }

  /**
   * Reserves a slot.
   *
   * @param request the request, for example from {@link #reserving}
   * @return the reservation
   */
  public Reservation reserve(ReserveSlotRequest.Builder request) {
    return server.reservations().reserveSlot(request.build()).getReservation();
  }

  /**
   * Reserves a slot without a lease.
   *
   * @param slot the slot
   * @param amountBytes the size of the slot in bytes
   * @param operationId the operation id
   * @return the reservation
   */
  public Reservation reserve(Slot slot, long amountBytes, String operationId) {
    return reserve(reserving(slot, amountBytes, operationId));
  }

  /**
   * Returns a reservation.
   *
   * @param slot the reserved slot
   * @return the reservation
   */
  public Reservation get(Slot slot) {
    return server.reservations().getReservation(Requests.getReservation(id, slot)).getReservation();
  }

  /**
   * Marks a slot as filled.
   *
   * @param slot the reserved slot
   * @param generation the reservation's generation
   * @param operationId the operation id
   * @return the reservation
   */
  public Reservation fill(Slot slot, long generation, String operationId) {
    return server
        .reservations()
        .fillSlot(Requests.fillSlot(id, slot, generation, operationId))
        .getReservation();
  }

  /**
   * Renews a lease.
   *
   * @param slot the reserved slot
   * @param generation the reservation's generation
   * @param lease the new duration of the lease, counted from the renewal
   * @return the reservation
   */
  public Reservation renew(Slot slot, long generation, Duration lease) {
    return server
        .reservations()
        .renewLease(Requests.renewLease(id, slot, generation, lease))
        .getReservation();
  }

  /**
   * Releases a slot without a reason, which means that the attempt failed.
   *
   * @param slot the reserved slot
   * @param generation the reservation's generation
   * @param operationId the operation id
   * @return the response
   */
  public ReleaseSlotResponse release(Slot slot, long generation, String operationId) {
    return release(slot, generation, ReleaseReason.RELEASE_REASON_UNSPECIFIED, operationId);
  }

  /**
   * Releases a slot.
   *
   * @param slot the reserved slot
   * @param generation the reservation's generation
   * @param reason the release reason
   * @param operationId the operation id
   * @return the response
   */
  public ReleaseSlotResponse release(
      Slot slot, long generation, ReleaseReason reason, String operationId) {
    return server
        .reservations()
        .releaseSlot(Requests.releaseSlot(id, slot, generation, reason, operationId));
  }

  /**
   * Releases all slots of a storage request.
   *
   * @param requestId the storage request
   * @param operationId the operation id
   * @return the response to one call; if it reports remaining slots, call this method again
   */
  public EndRequestResponse end(String requestId, String operationId) {
    return server.reservations().endRequest(Requests.endRequest(id, requestId, operationId));
  }

  /**
   * Makes several changes.
   *
   * @param atomic whether the server makes either all changes or none
   * @param operations the changes, in order
   * @return one result for each change
   */
  public ApplyResponse apply(boolean atomic, List<Operation> operations) {
    return server.reservations().apply(Requests.apply(id, atomic, operations));
  }
}
