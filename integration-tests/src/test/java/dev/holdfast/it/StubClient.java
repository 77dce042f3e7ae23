package dev.holdfast.it;

import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.ReservationsServiceGrpc.ReservationsServiceBlockingStub;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Bare stubs: what is not answered is for the caller to send again. */
final class StubClient implements ClientUnderTest {
  /** Not now, they say; what was sent is still to be done. */
  private static final Set<String> LATER = Set.of("DRAINING", "OVERLOADED", "STORE_UNAVAILABLE");

  private final Stubs stubs;

  StubClient(String target) {
    stubs = new Stubs(target);
  }

  @Override
  public OperationResult send(Operation operation) {
    ReservationsServiceBlockingStub stub = stubs.reservations();
    OperationResult.Builder result = OperationResult.newBuilder();
    try {
      return answered(
          () ->
              switch (operation.getOperationCase()) {
                case RESERVE_SLOT ->
                    result.setReserveSlot(stub.reserveSlot(operation.getReserveSlot())).build();
                case RENEW_LEASE ->
                    result.setRenewLease(stub.renewLease(operation.getRenewLease())).build();
                case FILL_SLOT ->
                    result.setFillSlot(stub.fillSlot(operation.getFillSlot())).build();
                case RELEASE_SLOT ->
                    result.setReleaseSlot(stub.releaseSlot(operation.getReleaseSlot())).build();
                case END_REQUEST ->
                    result.setEndRequest(stub.endRequest(operation.getEndRequest())).build();
                case OPERATION_NOT_SET -> throw new IllegalArgumentException("nothing to send");
              });
    } catch (RefusedException e) {
      return e.result();
    }
  }

  @Override
  public List<OperationResult> apply(ApplyRequest request) {
    return answered(() -> stubs.reservations().apply(request).getResultsList());
  }

  @Override
  public long unassigned(String repositoryId, long bytes, String operationId) {
    return answered(
        () ->
            bytes > 0
                ? stubs
                    .repositories()
                    .reserve(Requests.reserve(repositoryId, bytes, operationId))
                    .getRevision()
                : stubs
                    .repositories()
                    .release(Requests.release(repositoryId, -bytes, operationId))
                    .getRevision());
  }

  private static <T> T answered(Supplier<T> call) {
    try {
      return call.get();
    } catch (StatusRuntimeException e) {
      com.google.rpc.Status status = StatusProto.fromThrowable(e);
      String reason = status == null ? "" : reason(status);
      if (status == null || reason.isEmpty() || LATER.contains(reason)) {
        throw new UnansweredException(e);
      }
      throw new RefusedException(status);
    }
  }

  /** The reason that an error gives; empty where it is none of ours. */
  static String reason(com.google.rpc.Status status) {
    return Refusal.errorInfo(status).getReason();
  }

  @Override
  public boolean takesAnyGeneration() {
    return true;
  }

  @Override
  public void close() {
    stubs.close();
  }
}
