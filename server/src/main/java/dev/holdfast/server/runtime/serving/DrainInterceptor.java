package dev.holdfast.server.runtime.serving;

import dev.holdfast.server.api.convert.Statuses;
import dev.holdfast.server.ledger.rules.Rejections;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.util.Objects;

/** Rejects new calls once the server drains; calls in progress continue. */
final class DrainInterceptor implements ServerInterceptor {
  private volatile boolean draining;

  void start() {
    draining = true;
  }

  boolean draining() {
    return draining;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (!draining) {
      return next.startCall(call, headers);
    }
    StatusRuntimeException refusal = Statuses.of(Rejections.draining());
    call.close(refusal.getStatus(), Objects.requireNonNull(refusal.getTrailers()));
    return new ServerCall.Listener<>() {};
  }
}
