package dev.holdfast.client.internal.wire;

import com.google.protobuf.Timestamp;
import dev.holdfast.client.model.Availability;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.Repository;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.ReservationState;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.Apply;
import dev.holdfast.client.requests.EndRequest;
import dev.holdfast.client.requests.FillSlot;
import dev.holdfast.client.requests.ListReservations;
import dev.holdfast.client.requests.Operation;
import dev.holdfast.client.requests.ReleaseSlot;
import dev.holdfast.client.requests.RenewLease;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.results.OperationResult;
import dev.holdfast.client.results.RequestEnded;
import dev.holdfast.client.results.SlotReleased;
import dev.holdfast.client.results.SlotReserved;
import dev.holdfast.client.results.Verification;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.EndRequestRequest;
import dev.holdfast.v1.EndRequestResponse;
import dev.holdfast.v1.FillSlotRequest;
import dev.holdfast.v1.ListReservationsRequest;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.RenewLeaseRequest;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import dev.holdfast.v1.VerifyResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Converts the values of the API to messages, and messages to values. */
public final class ProtoMapper {
  private ProtoMapper() {}

  // Values to messages.

  public static dev.holdfast.v1.Slot slot(Slot slot) {
    return dev.holdfast.v1.Slot.newBuilder()
        .setRequestId(slot.requestId())
        .setSlotIndex(slot.slotIndex())
        .build();
  }

  public static ReserveSlotRequest request(ReserveSlot change) {
    ReserveSlotRequest.Builder request =
        ReserveSlotRequest.newBuilder()
            .setRepositoryId(change.repositoryId())
            .setSlot(slot(change.slot()))
            .setAmountBytes(change.amountBytes())
            .setOperationId(change.operationId());
    if (change.lease() != null) {
      request.setLease(duration(change.lease()));
    }
    return request.build();
  }

  public static RenewLeaseRequest request(RenewLease change) {
    return RenewLeaseRequest.newBuilder()
        .setRepositoryId(change.repositoryId())
        .setSlot(slot(change.slot()))
        .setGeneration(change.generation())
        .setLease(duration(change.lease()))
        .build();
  }

  public static FillSlotRequest request(FillSlot change) {
    return FillSlotRequest.newBuilder()
        .setRepositoryId(change.repositoryId())
        .setSlot(slot(change.slot()))
        .setGeneration(change.generation())
        .setOperationId(change.operationId())
        .build();
  }

  public static ReleaseSlotRequest request(ReleaseSlot change) {
    return ReleaseSlotRequest.newBuilder()
        .setRepositoryId(change.repositoryId())
        .setSlot(slot(change.slot()))
        .setGeneration(change.generation())
        .setReason(releaseReason(change.reason()))
        .setOperationId(change.operationId())
        .build();
  }

  public static EndRequestRequest request(EndRequest change) {
    return EndRequestRequest.newBuilder()
        .setRepositoryId(change.repositoryId())
        .setRequestId(change.requestId())
        .setOperationId(change.operationId())
        .build();
  }

  public static ApplyRequest request(Apply apply) {
    ApplyRequest.Builder request =
        ApplyRequest.newBuilder().setRepositoryId(apply.repositoryId()).setAtomic(apply.atomic());
    for (Operation operation : apply.operations()) {
      request.addOperations(operation(operation));
    }
    return request.build();
  }

  private static dev.holdfast.v1.Operation operation(Operation operation) {
    dev.holdfast.v1.Operation.Builder message = dev.holdfast.v1.Operation.newBuilder();
    if (operation instanceof ReserveSlot change) {
      message.setReserveSlot(request(change));
    } else if (operation instanceof RenewLease change) {
      message.setRenewLease(request(change));
    } else if (operation instanceof FillSlot change) {
      message.setFillSlot(request(change));
    } else if (operation instanceof ReleaseSlot change) {
      message.setReleaseSlot(request(change));
    } else if (operation instanceof EndRequest change) {
      message.setEndRequest(request(change));
    } else {
      throw new AssertionError(operation);
    }
    return message.build();
  }

  /** Returns the operation id of an operation; {@code null} for RenewLease, which has none. */
  public static @Nullable String operationId(Operation operation) {
    if (operation instanceof ReserveSlot change) {
      return change.operationId();
    } else if (operation instanceof FillSlot change) {
      return change.operationId();
    } else if (operation instanceof ReleaseSlot change) {
      return change.operationId();
    } else if (operation instanceof EndRequest change) {
      return change.operationId();
    }
    return null;
  }

  public static ListReservationsRequest request(ListReservations query) {
    ListReservationsRequest.Builder request =
        ListReservationsRequest.newBuilder()
            .setRepositoryId(query.repositoryId())
            .setRequestId(query.requestId())
            .setPageSize(query.pageSize())
            .setPageToken(query.pageToken());
    if (query.state() != null) {
      request.setState(reservationState(query.state()));
    }
    return request.build();
  }

  private static dev.holdfast.v1.ReservationState reservationState(ReservationState state) {
    return switch (state) {
      case RESERVED -> dev.holdfast.v1.ReservationState.RESERVATION_STATE_RESERVED;
      case FILLED -> dev.holdfast.v1.ReservationState.RESERVATION_STATE_FILLED;
      case RELEASED -> dev.holdfast.v1.ReservationState.RESERVATION_STATE_RELEASED;
      case UNRECOGNIZED -> throw new IllegalArgumentException("UNRECOGNIZED cannot be sent");
    };
  }

  private static dev.holdfast.v1.ReleaseReason releaseReason(ReleaseReason reason) {
    return switch (reason) {
      case ATTEMPT_FAILED -> dev.holdfast.v1.ReleaseReason.RELEASE_REASON_ATTEMPT_FAILED;
      case REQUEST_ENDED -> dev.holdfast.v1.ReleaseReason.RELEASE_REASON_REQUEST_ENDED;
      case LEASE_EXPIRED -> dev.holdfast.v1.ReleaseReason.RELEASE_REASON_LEASE_EXPIRED;
      case RECONCILED -> dev.holdfast.v1.ReleaseReason.RELEASE_REASON_RECONCILED;
      case UNRECOGNIZED -> throw new IllegalArgumentException("UNRECOGNIZED cannot be sent");
    };
  }

  public static com.google.protobuf.Duration duration(Duration duration) {
    long seconds = duration.getSeconds();
    int nanos = duration.getNano();
    // Protobuf requires the same sign for both parts; Java's nanoseconds are never negative.
    if (seconds < 0 && nanos > 0) {
      seconds += 1;
      nanos -= 1_000_000_000;
    }
    return com.google.protobuf.Duration.newBuilder().setSeconds(seconds).setNanos(nanos).build();
  }

  public static Timestamp timestamp(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }

  // Messages to values.

  public static Repository repository(dev.holdfast.v1.Repository message) {
    return new Repository(
        message.getRepositoryId(),
        message.getCapacityBytes(),
        message.getReservedBytes(),
        message.getUnassignedBytes(),
        message.getAvailableBytes(),
        message.getOvercommittedBytes(),
        message.getReservationCount(),
        message.getRevision(),
        instant(message.getCreateTime()),
        instant(message.getUpdateTime()));
  }

  public static Availability availability(AvailableResponse message) {
    return new Availability(
        message.getAvailableBytes(),
        message.getCapacityBytes(),
        message.getReservedBytes(),
        message.getUnassignedBytes(),
        message.getRevision());
  }

  public static Verification verification(VerifyResponse message) {
    return new Verification(
        message.getConsistent(),
        message.getRecordedBytes(),
        message.getCountedBytes(),
        message.getReservationCount(),
        message.getRevision(),
        message.getProblemsList().stream()
            .map(
                problem ->
                    new Verification.Problem(
                        problem.getSubject(), problem.getRecorded(), problem.getCounted()))
            .toList());
  }

  public static Reservation reservation(dev.holdfast.v1.Reservation message) {
    return new Reservation(
        message.getRepositoryId(),
        slot(message.getSlot()),
        message.getAmountBytes(),
        reservationState(message.getState()),
        message.getGeneration(),
        message.hasLeaseExpireTime() ? instant(message.getLeaseExpireTime()) : null,
        instant(message.getCreateTime()),
        message.hasFillTime() ? instant(message.getFillTime()) : null,
        message.getOfferId());
  }

  public static SlotReserved slotReserved(ReserveSlotResponse message) {
    return new SlotReserved(reservation(message.getReservation()), message.getAvailableBytes());
  }

  public static SlotReleased slotReleased(ReleaseSlotResponse message) {
    return new SlotReleased(
        message.getReleasedBytes(), message.getAvailableBytes(), message.getAlreadyReleased());
  }

  public static RequestEnded requestEnded(EndRequestResponse message) {
    return new RequestEnded(
        message.getReleasedCount(), message.getReleasedBytes(), message.getAvailableBytes());
  }

  /** Returns the results of an Apply, one per operation, in order. */
  public static List<OperationResult> operationResults(
      List<Operation> operations, List<dev.holdfast.v1.OperationResult> messages) {
    if (operations.size() != messages.size()) {
      throw new IllegalStateException(
          "%d operations were answered with %d results"
              .formatted(operations.size(), messages.size()));
    }
    List<OperationResult> results = new ArrayList<>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      results.add(operationResult(operations.get(i), messages.get(i)));
    }
    return List.copyOf(results);
  }

  /** Returns the positions of the EndRequests that have slots left. */
  public static List<Integer> unfinished(List<dev.holdfast.v1.OperationResult> messages) {
    List<Integer> unfinished = new ArrayList<>(0);
    for (int i = 0; i < messages.size(); i++) {
      if (messages.get(i).getEndRequest().getMore()) {
        unfinished.add(i);
      }
    }
    return unfinished;
  }

  private static OperationResult operationResult(
      Operation operation, dev.holdfast.v1.OperationResult message) {
    return switch (message.getResultCase()) {
      case RESERVE_SLOT -> slotReserved(message.getReserveSlot());
      case RENEW_LEASE ->
          new OperationResult.LeaseRenewed(reservation(message.getRenewLease().getReservation()));
      case FILL_SLOT ->
          new OperationResult.SlotFilled(reservation(message.getFillSlot().getReservation()));
      case RELEASE_SLOT -> slotReleased(message.getReleaseSlot());
      case END_REQUEST -> requestEnded(message.getEndRequest());
      case ERROR -> new OperationResult.Failed(Errors.of(message.getError(), operation));
      case RESULT_NOT_SET -> throw new IllegalStateException("an operation without a result");
    };
  }

  private static ReservationState reservationState(dev.holdfast.v1.ReservationState state) {
    return switch (state) {
      case RESERVATION_STATE_RESERVED -> ReservationState.RESERVED;
      case RESERVATION_STATE_FILLED -> ReservationState.FILLED;
      case RESERVATION_STATE_RELEASED -> ReservationState.RELEASED;
      case RESERVATION_STATE_UNSPECIFIED, UNRECOGNIZED -> ReservationState.UNRECOGNIZED;
    };
  }

  public static Instant instant(Timestamp timestamp) {
    return Instant.ofEpochSecond(timestamp.getSeconds(), timestamp.getNanos());
  }

  public static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  public static Slot slot(dev.holdfast.v1.Slot message) {
    return new Slot(message.getRequestId(), message.getSlotIndex());
  }
}
