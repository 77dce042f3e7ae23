package dev.holdfast.client.internal.changes;

import com.google.protobuf.Message;
import dev.holdfast.v1.EndRequestRequest;
import dev.holdfast.v1.EndRequestResponse;
import dev.holdfast.v1.FillSlotRequest;
import dev.holdfast.v1.FillSlotResponse;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.OperationResult.ResultCase;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.RenewLeaseRequest;
import dev.holdfast.v1.RenewLeaseResponse;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A kind of change that can be sent alone or as an operation of an Apply.
 *
 * @param put adds the request of the single call to an operation
 * @param answered the case of its result
 * @param response gets the response of the single call from that result
 */
public record Gatherable<Q extends Message, A extends Message>(
    BiFunction<Operation.Builder, Q, Operation.Builder> put,
    ResultCase answered,
    Function<OperationResult, A> response) {

  public static final Gatherable<ReserveSlotRequest, ReserveSlotResponse> RESERVE_SLOT =
      new Gatherable<>(
          Operation.Builder::setReserveSlot,
          ResultCase.RESERVE_SLOT,
          OperationResult::getReserveSlot);

  public static final Gatherable<RenewLeaseRequest, RenewLeaseResponse> RENEW_LEASE =
      new Gatherable<>(
          Operation.Builder::setRenewLease, ResultCase.RENEW_LEASE, OperationResult::getRenewLease);

  public static final Gatherable<FillSlotRequest, FillSlotResponse> FILL_SLOT =
      new Gatherable<>(
          Operation.Builder::setFillSlot, ResultCase.FILL_SLOT, OperationResult::getFillSlot);

  public static final Gatherable<ReleaseSlotRequest, ReleaseSlotResponse> RELEASE_SLOT =
      new Gatherable<>(
          Operation.Builder::setReleaseSlot,
          ResultCase.RELEASE_SLOT,
          OperationResult::getReleaseSlot);

  public static final Gatherable<EndRequestRequest, EndRequestResponse> END_REQUEST =
      new Gatherable<>(
          Operation.Builder::setEndRequest, ResultCase.END_REQUEST, OperationResult::getEndRequest);
}
