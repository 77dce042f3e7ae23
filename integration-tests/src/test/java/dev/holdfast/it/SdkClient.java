package dev.holdfast.it;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.Apply;
import dev.holdfast.client.requests.EndRequest;
import dev.holdfast.client.requests.FillSlot;
import dev.holdfast.client.requests.ReleaseSlot;
import dev.holdfast.client.requests.RenewLease;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.results.RequestEnded;
import dev.holdfast.client.results.SlotReleased;
import dev.holdfast.client.results.SlotReserved;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.EndRequestResponse;
import dev.holdfast.v1.FillSlotResponse;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.RenewLeaseResponse;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** The SDK, which sends again by itself, and says so where it gave up. */
final class SdkClient implements ClientUnderTest {
  /**
   * About as long as a server takes to come back: some calls bridge the gap, some give up in it.
   */
  private static final Duration DEADLINE = Duration.ofMillis(2500);

  private final HoldfastClient client;

  SdkClient(String target) {
    client = HoldfastClient.builder(target).defaultDeadline(DEADLINE).build();
  }

  @Override
  public OperationResult send(Operation operation) {
    try {
      return answered(() -> result(sent(operation)));
    } catch (RefusedException e) {
      return e.result();
    }
  }

  private dev.holdfast.client.results.OperationResult sent(Operation operation) {
    dev.holdfast.client.requests.Operation change = change(operation);
    if (change instanceof ReserveSlot reserve) {
      return client.reservations().reserveSlot(reserve);
    } else if (change instanceof RenewLease renew) {
      return new dev.holdfast.client.results.OperationResult.LeaseRenewed(
          client.reservations().renewLease(renew));
    } else if (change instanceof FillSlot fill) {
      return new dev.holdfast.client.results.OperationResult.SlotFilled(
          client.reservations().fillSlot(fill));
    } else if (change instanceof ReleaseSlot release) {
      return client.reservations().releaseSlot(release);
    }
    return client.reservations().endRequest((EndRequest) change);
  }

  @Override
  public List<OperationResult> apply(ApplyRequest request) {
    List<dev.holdfast.client.requests.Operation> changes =
        request.getOperationsList().stream().map(SdkClient::change).toList();
    Apply apply = new Apply(request.getRepositoryId(), changes, request.getAtomic());
    return answered(
        () -> client.reservations().apply(apply).stream().map(SdkClient::result).toList());
  }

  @Override
  public long unassigned(String repositoryId, long bytes, String operationId) {
    return answered(
            () ->
                bytes > 0
                    ? client.repositories().reserve(repositoryId, bytes, operationId)
                    : client.repositories().release(repositoryId, -bytes, operationId))
        .revision();
  }

  private static <T> T answered(Supplier<T> call) {
    try {
      return call.get();
    } catch (OutcomeUnknownException | UnavailableException e) {
      throw new UnansweredException(e);
    } catch (HoldfastException e) {
      throw new RefusedException(status(e));
    }
  }

  private static com.google.rpc.Status status(HoldfastException e) {
    return com.google.rpc.Status.newBuilder()
        .setCode(Code.UNKNOWN_VALUE)
        .setMessage(e.getMessage())
        .addDetails(
            Any.pack(
                ErrorInfo.newBuilder()
                    .setReason(e.reasonName())
                    .putAllMetadata(e.metadata())
                    .build()))
        .build();
  }

  private static dev.holdfast.client.requests.Operation change(Operation operation) {
    return switch (operation.getOperationCase()) {
      case RESERVE_SLOT -> {
        ReserveSlotRequest reserve = operation.getReserveSlot();
        ReserveSlot change =
            ReserveSlot.of(slot(reserve.getSlot()), reserve.getAmountBytes())
                .withRepositoryId(reserve.getRepositoryId())
                .withOperationId(reserve.getOperationId());
        yield reserve.hasLease() ? change.withLease(duration(reserve.getLease())) : change;
      }
      case RENEW_LEASE ->
          new RenewLease(
              operation.getRenewLease().getRepositoryId(),
              slot(operation.getRenewLease().getSlot()),
              operation.getRenewLease().getGeneration(),
              duration(operation.getRenewLease().getLease()));
      case FILL_SLOT ->
          new FillSlot(
              operation.getFillSlot().getRepositoryId(),
              slot(operation.getFillSlot().getSlot()),
              operation.getFillSlot().getGeneration(),
              operation.getFillSlot().getOperationId());
      case RELEASE_SLOT ->
          new ReleaseSlot(
              operation.getReleaseSlot().getRepositoryId(),
              slot(operation.getReleaseSlot().getSlot()),
              operation.getReleaseSlot().getGeneration(),
              operation.getReleaseSlot().getReason()
                      == dev.holdfast.v1.ReleaseReason.RELEASE_REASON_REQUEST_ENDED
                  ? ReleaseReason.REQUEST_ENDED
                  : ReleaseReason.ATTEMPT_FAILED,
              operation.getReleaseSlot().getOperationId());
      case END_REQUEST ->
          new EndRequest(
              operation.getEndRequest().getRepositoryId(),
              operation.getEndRequest().getRequestId(),
              operation.getEndRequest().getOperationId());
      case OPERATION_NOT_SET -> throw new IllegalArgumentException("nothing to send");
    };
  }

  private static Slot slot(dev.holdfast.v1.Slot slot) {
    return new Slot(slot.getRequestId(), slot.getSlotIndex());
  }

  private static Duration duration(com.google.protobuf.Duration duration) {
    return Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
  }

  private static OperationResult result(dev.holdfast.client.results.OperationResult result) {
    OperationResult.Builder message = OperationResult.newBuilder();
    if (result instanceof SlotReserved reserved) {
      message.setReserveSlot(
          ReserveSlotResponse.newBuilder()
              .setReservation(reservation(reserved.reservation()))
              .setAvailableBytes(reserved.availableBytes()));
    } else if (result instanceof dev.holdfast.client.results.OperationResult.LeaseRenewed renewed) {
      message.setRenewLease(
          RenewLeaseResponse.newBuilder().setReservation(reservation(renewed.reservation())));
    } else if (result instanceof dev.holdfast.client.results.OperationResult.SlotFilled filled) {
      message.setFillSlot(
          FillSlotResponse.newBuilder().setReservation(reservation(filled.reservation())));
    } else if (result instanceof SlotReleased released) {
      message.setReleaseSlot(
          ReleaseSlotResponse.newBuilder()
              .setReleasedBytes(released.releasedBytes())
              .setAvailableBytes(released.availableBytes())
              .setAlreadyReleased(released.alreadyReleased()));
    } else if (result instanceof RequestEnded ended) {
      message.setEndRequest(
          EndRequestResponse.newBuilder()
              .setReleasedCount(ended.releasedCount())
              .setReleasedBytes(ended.releasedBytes())
              .setAvailableBytes(ended.availableBytes()));
    } else if (result instanceof dev.holdfast.client.results.OperationResult.Failed failed) {
      message.setError(status(failed.exception()));
    }
    return message.build();
  }

  /**
   * Converts the fields that the workload checks: the slot, the generation, the size, and the
   * state.
   */
  private static dev.holdfast.v1.Reservation reservation(Reservation reservation) {
    return dev.holdfast.v1.Reservation.newBuilder()
        .setSlot(
            dev.holdfast.v1.Slot.newBuilder()
                .setRequestId(reservation.slot().requestId())
                .setSlotIndex(reservation.slot().slotIndex()))
        .setAmountBytes(reservation.amountBytes())
        .setState(
            dev.holdfast.v1.ReservationState.valueOf(
                "RESERVATION_STATE_" + reservation.state().name()))
        .setGeneration(reservation.generation())
        .build();
  }

  @Override
  public boolean takesAnyGeneration() {
    return false;
  }

  @Override
  public void close() {
    client.close();
  }
}
