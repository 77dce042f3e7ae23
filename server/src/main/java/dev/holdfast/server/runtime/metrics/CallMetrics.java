package dev.holdfast.server.runtime.metrics;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Measures gRPC calls, with the names of gRPC's proposal A66. The series of a method are resolved
 * once. Methods that the server does not have count as {@code other}, so that clients cannot create
 * series.
 */
final class CallMetrics extends ServerStreamTracer.Factory {
  private static final String OTHER = "other";
  private static final double NANOS = 1e-9;

  /** The number of status codes, which are numbered from 0. */
  private static final int CODES = Status.Code.values().length;

  /** Some of A66's bounds. */
  private static final double[] SECONDS = {
    0.0003, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 100
  };

  private final Counter started;
  private final Histogram duration;
  private final CounterDataPoint[] results = new CounterDataPoint[CODES];
  private final Map<String, Method> methods = new ConcurrentHashMap<>();
  private final Method other;

  CallMetrics(PrometheusRegistry registry) {
    started =
        Counter.builder()
            .name("grpc_server_call_started_total")
            .help("Calls that began.")
            .labelNames("grpc_method")
            .register(registry);
    duration =
        LedgerMetrics.histogram(
                "grpc_server_call_duration_seconds",
                "Time from the start of a call to its end; of a watch, as long as it is open.",
                SECONDS)
            .labelNames("grpc_method", "grpc_status")
            .register(registry);
    Counter byStatus =
        Counter.builder()
            .name("holdfast_call_results_total")
            .help("Calls that ended, by gRPC status.")
            .labelNames("grpc_status")
            .register(registry);
    for (Status.Code code : Status.Code.values()) {
      results[code.value()] = byStatus.labelValues(code.name());
    }
    other = new Method(OTHER);
  }

  /** The series of one method. */
  private final class Method {
    private final String name;
    private final CounterDataPoint startedCalls;
    private final LongAdder open = new LongAdder();
    private final AtomicReferenceArray<@Nullable DistributionDataPoint> seconds =
        new AtomicReferenceArray<>(CODES);

    Method(String name) {
      this.name = name;
      this.startedCalls = started.labelValues(name);
      var unused = seconds(Status.Code.OK);
    }

    DistributionDataPoint seconds(Status.Code code) {
      DistributionDataPoint known = seconds.get(code.value());
      if (known == null) {
        known = duration.labelValues(name, code.name());
        seconds.set(code.value(), known);
      }
      return known;
    }
  }

  /** Gives a method of the server its own series. */
  void add(MethodDescriptor<?, ?> method) {
    var unused = methods.computeIfAbsent(method.getFullMethodName(), Method::new);
  }

  /** Returns the number of open calls of a method. */
  long openCount(String fullMethodName) {
    return methods.getOrDefault(fullMethodName, other).open.sum();
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String fullMethodName, Metadata headers) {
    Method method = methods.getOrDefault(fullMethodName, other);
    long startNanos = System.nanoTime();
    method.startedCalls.inc();
    method.open.increment();
    return new ServerStreamTracer() {
      @Override
      public void streamClosed(Status status) {
        method.open.decrement();
        results[status.getCode().value()].inc();
        method.seconds(status.getCode()).observe((System.nanoTime() - startNanos) * NANOS);
      }
    };
  }
}
