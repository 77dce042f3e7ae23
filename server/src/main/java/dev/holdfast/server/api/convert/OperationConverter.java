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
 * The requests that can be sent alone or as one of many, as commands. The repository comes with
 * them, because of many it is that of them all.
 */
public final class OperationConverter {
  private OperationConverter() {}

  public static ReserveSlot of(
      RequestValidator words, String repositoryId, ReserveSlotRequest request) {
    return new ReserveSlot(
        repositoryId,
        words.slot(request.hasSlot(), request.getSlot()),
        words.amountBytes("amount_bytes", request.getAmountBytes()),
        request.hasLease() ? words.leaseMicros(request.getLease()) : 0,
        words.operationId(request.getOperationId()));
  }

  public static RenewLease of(
      RequestValidator words, String repositoryId, RenewLeaseRequest request) {
    return new RenewLease(
        repositoryId,
        words.slot(request.hasSlot(), request.getSlot()),
        words.generation(request.getGeneration()),
        words.leaseMicros(request.getLease()));
  }

  public static FillSlot of(RequestValidator words, String repositoryId, FillSlotRequest request) {
    return new FillSlot(
        repositoryId,
        words.slot(request.hasSlot(), request.getSlot()),
        words.generation(request.getGeneration()),
        words.operationId(request.getOperationId()));
  }

  public static ReleaseSlot of(
      RequestValidator words, String repositoryId, ReleaseSlotRequest request) {
    return new ReleaseSlot(
        repositoryId,
        words.slot(request.hasSlot(), request.getSlot()),
        words.generation(request.getGeneration()),
        words.releaseReason(request.getReason()),
        words.operationId(request.getOperationId()));
  }

  public static EndRequest of(
      RequestValidator words, String repositoryId, EndRequestRequest request) {
    return new EndRequest(
        repositoryId,
        words.requestId("request_id", request.getRequestId()),
        words.operationId(request.getOperationId()));
  }
}
