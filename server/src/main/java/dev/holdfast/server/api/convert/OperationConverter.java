package dev.holdfast.server.api.convert;

import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.RenewLease;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.v1.EndRequestRequest;
import dev.holdfast.v1.FillSlotRequest;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.RenewLeaseRequest;
import dev.holdfast.v1.ReserveSlotRequest;

/**
 * Converts the requests that can be sent alone or as an operation of an Apply to commands. The
 * repository is a parameter, because all operations of an Apply share one.
 */
public final class OperationConverter {
  private OperationConverter() {}

  public static ReserveSlot of(
      RequestValidator validator, String repositoryId, ReserveSlotRequest request) {
    return new ReserveSlot(
        repositoryId,
        validator.slot(request.hasSlot(), request.getSlot()),
        validator.amountBytes("amount_bytes", request.getAmountBytes()),
        request.hasLease() ? validator.leaseMicros(request.getLease()) : 0,
        validator.operationId(request.getOperationId()));
  }

  public static RenewLease of(
      RequestValidator validator, String repositoryId, RenewLeaseRequest request) {
    return new RenewLease(
        repositoryId,
        validator.slot(request.hasSlot(), request.getSlot()),
        validator.generation(request.getGeneration()),
        validator.leaseMicros(request.getLease()));
  }

  public static FillSlot of(
      RequestValidator validator, String repositoryId, FillSlotRequest request) {
    return new FillSlot(
        repositoryId,
        validator.slot(request.hasSlot(), request.getSlot()),
        validator.generation(request.getGeneration()),
        validator.operationId(request.getOperationId()));
  }

  public static ReleaseSlot of(
      RequestValidator validator, String repositoryId, ReleaseSlotRequest request) {
    return new ReleaseSlot(
        repositoryId,
        validator.slot(request.hasSlot(), request.getSlot()),
        validator.generation(request.getGeneration()),
        validator.releaseReason(request.getReason()),
        validator.operationId(request.getOperationId()));
  }

  public static EndRequest of(
      RequestValidator validator, String repositoryId, EndRequestRequest request) {
    return new EndRequest(
        repositoryId,
        validator.requestId("request_id", request.getRequestId()),
        validator.operationId(request.getOperationId()));
  }
}
