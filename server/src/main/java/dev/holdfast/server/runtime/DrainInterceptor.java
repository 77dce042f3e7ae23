package dev.holdfast.server.runtime;

import dev.holdfast.server.api.convert.Statuses;
import dev.holdfast.server.ledger.rules.Rejections;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.util.Objects;

/** Refuses new calls once the server drains; those under way go on. */
final class DrainInterceptor implements ServerInterceptor {
  private volatile boolean begun;

  void begin() {
    begun = true;
  }

  boolean begun() {
    return begun;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (!begun) {
      return next.startCall(call, headers);
    }
    StatusRuntimeException refusal = Statuses.of(Rejections.draining());
    call.close(refusal.getStatus(), Objects.requireNonNull(refusal.getTrailers()));
    return new ServerCall.Listener<>() {};
  }
}
