package dev.holdfast.server.runtime.metrics;

import dev.holdfast.server.api.convert.Statuses;
import dev.holdfast.server.ledger.rules.Rejection;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Counts refusals by the reason of the contract. Must be the outermost interceptor. */
final class RefusalMetrics implements ServerInterceptor {
  private final Map<Rejection.Reason, CounterDataPoint> reasons =
      new EnumMap<>(Rejection.Reason.class);

  RefusalMetrics(PrometheusRegistry registry) {
    Counter refusals =
        Counter.builder()
            .name("holdfast_refusals_total")
            .help("Refused calls, and refused steps of Apply, by the reason of the contract.")
            .labelNames("reason")
            .register(registry);
    for (Rejection.Reason reason : Rejection.Reason.values()) {
      reasons.put(reason, refusals.labelValues(reason.name()));
    }
  }

  void count(Rejection.Reason reason) {
    Objects.requireNonNull(reasons.get(reason)).inc();
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void close(Status status, Metadata trailers) {
            if (!status.isOk()) {
              Rejection.@Nullable Reason reason = Statuses.reason(status, trailers);
              if (reason != null) {
                count(reason);
              }
            }
            super.close(status, trailers);
          }
        },
        headers);
  }
}
