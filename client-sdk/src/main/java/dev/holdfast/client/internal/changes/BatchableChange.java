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
public record BatchableChange<Q extends Message, A extends Message>(
    BiFunction<Operation.Builder, Q, Operation.Builder> put,
    ResultCase answered,
    Function<OperationResult, A> response) {

  public static final BatchableChange<ReserveSlotRequest, ReserveSlotResponse> RESERVE_SLOT =
      new BatchableChange<>(
          Operation.Builder::setReserveSlot,
          ResultCase.RESERVE_SLOT,
          OperationResult::getReserveSlot);

  public static final BatchableChange<RenewLeaseRequest, RenewLeaseResponse> RENEW_LEASE =
      new BatchableChange<>(
          Operation.Builder::setRenewLease, ResultCase.RENEW_LEASE, OperationResult::getRenewLease);

  public static final BatchableChange<FillSlotRequest, FillSlotResponse> FILL_SLOT =
      new BatchableChange<>(
          Operation.Builder::setFillSlot, ResultCase.FILL_SLOT, OperationResult::getFillSlot);

  public static final BatchableChange<ReleaseSlotRequest, ReleaseSlotResponse> RELEASE_SLOT =
      new BatchableChange<>(
          Operation.Builder::setReleaseSlot,
          ResultCase.RELEASE_SLOT,
          OperationResult::getReleaseSlot);

  public static final BatchableChange<EndRequestRequest, EndRequestResponse> END_REQUEST =
      new BatchableChange<>(
          Operation.Builder::setEndRequest, ResultCase.END_REQUEST, OperationResult::getEndRequest);
}
