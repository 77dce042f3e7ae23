package dev.holdfast.server.api.convert;

import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Outcome.ReservationDone;
import dev.holdfast.server.ledger.rules.Outcome.SlotReleaseDone;
import dev.holdfast.server.ledger.rules.Outcome.SlotsReleaseDone;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.slots.Apply;
import dev.holdfast.server.ledger.rules.slots.RefusedStep;
import dev.holdfast.server.ledger.rules.slots.Step;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.OperationResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/** Converts an Apply to one command, and its outcomes to results. */
public final class ApplyConverter {
  public static final int MAX_OPERATIONS = 10_000;

  /** The default limit of gRPC clients, less the bytes that frame a message. */
  static final int MAX_RESPONSE_BYTES = 4 * 1024 * 1024 - 1024;

  private ApplyConverter() {}

  public static Apply command(RequestValidator validator, ApplyRequest request) {
    String repositoryId = validator.repositoryId(request.getRepositoryId());
    if (request.getOperationsCount() > MAX_OPERATIONS) {
      validator.reject(
          "operations",
          "must be at most " + MAX_OPERATIONS + ", but are " + request.getOperationsCount());
    }
    // Violations of the whole request take precedence over those of single operations.
    validator.throwIfInvalid();
    List<Step> steps = new ArrayList<>(request.getOperationsCount());
    for (Operation operation : request.getOperationsList()) {
      steps.add(
          step(repositoryId, operation, request.getAtomic() ? path(steps.size(), operation) : ""));
    }
    return new Apply(repositoryId, steps, request.getAtomic());
  }

  /** Returns the path of an operation in the request, as a prefix for the names of its fields. */
  private static String path(int index, Operation operation) {
    String name = operation.getOperationCase().name().toLowerCase(Locale.ROOT);
    return "operations["
        + index
        + "]."
        + (operation.getOperationCase() != Operation.OperationCase.OPERATION_NOT_SET
            ? name + "."
            : "");
  }

  private static Step step(String repositoryId, Operation operation, String path) {
    RequestValidator validator = new RequestValidator();
    Step step =
        switch (operation.getOperationCase()) {
          case RESERVE_SLOT -> {
            validator.repositoryId(operation.getReserveSlot().getRepositoryId(), repositoryId);
            yield OperationConverter.of(validator, repositoryId, operation.getReserveSlot());
          }
          case RENEW_LEASE -> {
            validator.repositoryId(operation.getRenewLease().getRepositoryId(), repositoryId);
            yield OperationConverter.of(validator, repositoryId, operation.getRenewLease());
          }
          case FILL_SLOT -> {
            validator.repositoryId(operation.getFillSlot().getRepositoryId(), repositoryId);
            yield OperationConverter.of(validator, repositoryId, operation.getFillSlot());
          }
          case RELEASE_SLOT -> {
            validator.repositoryId(operation.getReleaseSlot().getRepositoryId(), repositoryId);
            yield OperationConverter.of(validator, repositoryId, operation.getReleaseSlot());
          }
          case END_REQUEST -> {
            validator.repositoryId(operation.getEndRequest().getRepositoryId(), repositoryId);
            yield OperationConverter.of(validator, repositoryId, operation.getEndRequest());
          }
          case OPERATION_NOT_SET -> {
            validator.reject("operation", "is required");
            yield null;
          }
        };
    Rejection rejection = validator.rejection(path);
    return rejection != null
        ? new RefusedStep(repositoryId, rejection)
        : Objects.requireNonNull(step);
  }

  public static ApplyResponse response(
      ApplyRequest request, String repositoryId, List<Outcome> outcomes) {
    ApplyResponse.Builder response = ApplyResponse.newBuilder();
    for (int i = 0; i < outcomes.size(); i++) {
      response.addResults(result(request.getOperations(i), repositoryId, outcomes.get(i)));
    }
    ApplyResponse whole = response.build();
    return whole.getSerializedSize() <= MAX_RESPONSE_BYTES ? whole : shortened(response);
  }

  private static OperationResult result(Operation operation, String repositoryId, Outcome outcome) {
    OperationResult.Builder result = OperationResult.newBuilder();
    if (outcome instanceof ReservationDone done) {
      switch (operation.getOperationCase()) {
        case RESERVE_SLOT -> result.setReserveSlot(ProtoConverters.reserved(repositoryId, done));
        case RENEW_LEASE -> result.setRenewLease(ProtoConverters.renewed(repositoryId, done));
        default -> result.setFillSlot(ProtoConverters.filled(repositoryId, done));
      }
    } else if (outcome instanceof SlotReleaseDone done) {
      result.setReleaseSlot(ProtoConverters.released(done));
    } else if (outcome instanceof SlotsReleaseDone done) {
      result.setEndRequest(ProtoConverters.ended(done));
    } else {
      result.setError(Statuses.proto(outcome));
    }
    return result.build();
  }

  /**
   * Returns a shorter response. The changes are committed, so the response must reach the client:
   * first removes the messages for people, then, if necessary, the values that repeat the request.
   */
  private static ApplyResponse shortened(ApplyResponse.Builder response) {
    errors(response).forEach(com.google.rpc.Status.Builder::clearMessage);
    ApplyResponse shorter = response.build();
    if (shorter.getSerializedSize() <= MAX_RESPONSE_BYTES) {
      return shorter;
    }
    errors(response).forEach(Statuses::shorten);
    return response.build();
  }

  private static Stream<com.google.rpc.Status.Builder> errors(ApplyResponse.Builder response) {
    return response.getResultsBuilderList().stream()
        .filter(OperationResult.Builder::hasError)
        .map(OperationResult.Builder::getErrorBuilder);
  }
}
