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
 * A test's own repository of a live server, with a method for each call. A call that is refused
 * throws {@link io.grpc.StatusRuntimeException}. An empty operation id is none, and a generation of
 * 0 is whichever there is.
 *
 * @param server the server
 * @param id the repository, which need not exist
 */
public record RepositoryFixture(LiveServer server, String id) {
  /**
   * Makes a repository that no other test knows.
   *
   * @param server the server
   * @param capacityBytes how much may be reserved in it
   * @return the new repository
   */
  public static RepositoryFixture of(LiveServer server, long capacityBytes) {
    return new RepositoryFixture(server, server.newRepository(capacityBytes));
  }

  /**
   * Makes the repository, for the first time or after it was deleted.
   *
   * @param capacityBytes how much may be reserved in it
   * @return what the server knows of it
   */
  public Repository create(long capacityBytes) {
    return server
        .repositories()
        .createRepository(Requests.createRepository(id, capacityBytes))
        .getRepository();
  }

  /**
   * Looks at the repository.
   *
   * @return what the server knows of it
   */
  public Repository repository() {
    return server.repositories().getRepository(Requests.getRepository(id)).getRepository();
  }

  /**
   * Changes the capacity.
   *
   * @param capacityBytes how much may be reserved in it from now on
   * @return what the server knows of it
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
   * Asks what is available.
   *
   * @return the sums of the repository
   */
  public AvailableResponse available() {
    return server.repositories().available(Requests.available(id));
  }

  /**
   * Has the server recount the repository.
   *
   * @return what it counted
   */
  public VerifyResponse verify() {
    return server.repositories().verify(Requests.verify(id));
  }

  /**
   * Reserves bytes that belong to no slot.
   *
   * @param amountBytes how many
   * @param operationId the operation
   * @return the answer
   */
  public ReserveResponse reserveUnassigned(long amountBytes, String operationId) {
    return server.repositories().reserve(Requests.reserve(id, amountBytes, operationId));
  }

  /**
   * Gives back bytes that belong to no slot.
   *
   * @param amountBytes how many
   * @param operationId the operation
   * @return the answer
   */
  public ReleaseResponse releaseUnassigned(long amountBytes, String operationId) {
    return server.repositories().release(Requests.release(id, amountBytes, operationId));
  }

  /**
   * Returns a request that reserves a slot here, to be changed and sent by the test.
   *
   * @param slot the slot
   * @param amountBytes its size
   * @param operationId the operation
   * @return the request
   */
  public ReserveSlotRequest.Builder reserving(Slot slot, long amountBytes, String operationId) {
    return Requests.reserveSlot(id, slot, amountBytes, operationId).toBuilder();
  }

  /**
   * Reserves a slot.
   *
   * @param request what {@link #reserving} made
   * @return the reservation
   */
  public Reservation reserve(ReserveSlotRequest.Builder request) {
    return server.reservations().reserveSlot(request.build()).getReservation();
  }

  /**
   * Reserves a slot without a lease.
   *
   * @param slot the slot
   * @param amountBytes its size
   * @param operationId the operation
   * @return the reservation
   */
  public Reservation reserve(Slot slot, long amountBytes, String operationId) {
    return reserve(reserving(slot, amountBytes, operationId));
  }

  /**
   * Looks at a reservation.
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
   * @param operationId the operation
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
   * @param lease how long it lasts from now on
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
   * @param operationId the operation
   * @return the answer
   */
  public ReleaseSlotResponse release(Slot slot, long generation, String operationId) {
    return release(slot, generation, ReleaseReason.RELEASE_REASON_UNSPECIFIED, operationId);
  }

  /**
   * Releases a slot.
   *
   * @param slot the reserved slot
   * @param generation the reservation's generation
   * @param reason why
   * @param operationId the operation
   * @return the answer
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
   * @param operationId the operation
   * @return the answer to one call; the rest is due where it says that more is left
   */
  public EndRequestResponse end(String requestId, String operationId) {
    return server.reservations().endRequest(Requests.endRequest(id, requestId, operationId));
  }

  /**
   * Makes many changes.
   *
   * @param atomic whether all or none of them are made
   * @param operations the changes, in order
   * @return a result for each
   */
  public ApplyResponse apply(boolean atomic, List<Operation> operations) {
    return server.reservations().apply(Requests.apply(id, atomic, operations));
  }
}
