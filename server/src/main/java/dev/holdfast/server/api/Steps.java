package dev.holdfast.server.api;

import dev.holdfast.server.ledger.rules.EndRequest;
import dev.holdfast.server.ledger.rules.FillSlot;
import dev.holdfast.server.ledger.rules.ReleaseSlot;
import dev.holdfast.server.ledger.rules.RenewLease;
import dev.holdfast.server.ledger.rules.ReserveSlot;
import dev.holdfast.v1.EndRequestRequest;
import dev.holdfast.v1.FillSlotRequest;
import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.RenewLeaseRequest;
import dev.holdfast.v1.ReserveSlotRequest;

/**
 * The requests that can be sent alone or as one of many, as commands. The repository comes with
 * them, because of many it is that of them all.
 */
final class Steps {
  private Steps() {}

  static ReserveSlot of(Words words, String repositoryId, ReserveSlotRequest request) {
    return new ReserveSlot(
        repositoryId,
        words.slot(request.hasSlot(), request.getSlot()),
        words.amountBytes("amount_bytes", request.getAmountBytes()),
        request.hasLease() ? words.leaseMicros(request.getLease()) : 0,
        words.operationId(request.getOperationId()));
  }

  static RenewLease of(Words words, String repositoryId, RenewLeaseRequest request) {
    return new RenewLease(
        repositoryId,
        words.slot(request.hasSlot(), request.getSlot()),
        words.generation(request.getGeneration()),
        words.leaseMicros(request.getLease()));
  }

  static FillSlot of(Words words, String repositoryId, FillSlotRequest request) {
    return new FillSlot(
        repositoryId,
        words.slot(request.hasSlot(), request.getSlot()),
        words.generation(request.getGeneration()),
        words.operationId(request.getOperationId()));
  }

  static ReleaseSlot of(Words words, String repositoryId, ReleaseSlotRequest request) {
    return new ReleaseSlot(
        repositoryId,
        words.slot(request.hasSlot(), request.getSlot()),
        words.generation(request.getGeneration()),
        words.releaseReason(request.getReason()),
        words.operationId(request.getOperationId()));
  }

  static EndRequest of(Words words, String repositoryId, EndRequestRequest request) {
    return new EndRequest(
        repositoryId,
        words.requestId("request_id", request.getRequestId()),
        words.operationId(request.getOperationId()));
  }
}
