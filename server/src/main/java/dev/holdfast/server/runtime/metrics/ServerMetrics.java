package dev.holdfast.server.runtime.metrics;

import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.meter.LedgerMeter;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.runtime.admin.AdminHandler;
import dev.holdfast.server.runtime.admin.HealthCheck;
import dev.holdfast.server.runtime.admin.Readiness;
import dev.holdfast.server.runtime.network.LineLimit;
import dev.holdfast.server.runtime.network.NetworkGuard;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerStreamTracer;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.instrumentation.jvm.JvmGarbageCollectorMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmMemoryMetrics;
import io.prometheus.metrics.instrumentation.jvm.JvmThreadsMetrics;
import io.prometheus.metrics.instrumentation.jvm.ProcessMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.InstantSource;
import java.util.function.DoubleSupplier;

/** All metrics of one server. */
public final class ServerMetrics {
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final StateCounts states = new StateCounts();
  private final RefusalMetrics refusals = new RefusalMetrics(registry);
  private final CallMetrics calls = new CallMetrics(registry);
  private final LedgerMetrics ledger = new LedgerMetrics(registry, refusals, states);
  private final TaskMetrics tasks;

  public ServerMetrics(String version, InstantSource clock) {
    this.tasks = new TaskMetrics(registry, clock);
    Info.builder()
        .name("holdfast_build_info")
        .help("Version of the server.")
        .labelNames("version")
        .register(registry)
        .addLabelValues(version);
    JvmMemoryMetrics.builder().register(registry);
    JvmGarbageCollectorMetrics.builder().register(registry);
    JvmThreadsMetrics.builder().register(registry);
    ProcessMetrics.builder().register(registry);
    CounterWithCallback.builder()
        .name("holdfast_log_lines_suppressed_total")
        .help("Log lines that were left out because a like line was written within a minute.")
        .callback(callback -> callback.call((double) LineLimit.suppressedTotal()))
        .register(registry);
  }

  /** Returns the listener that counts what the ledger reports, and passes it on. */
  public LedgerListener listener(LedgerListener next) {
    return new MeteredListener(registry, tasks, next);
  }

  /** Returns the meter of the ledger, for one that passes measurements on. */
  public LedgerMeter meter() {
    return ledger;
  }

  /** Measures a ledger from now on. */
  public void measure(Ledger measured) {
    measured.measureWith(ledger);
    gauge(
        "holdfast_queue_depth",
        "Changes that wait for the writer.",
        () -> (double) measured.waitingCount());
    registry.register(
        new RepositoryCollector(measured.reads(), states, RepositoryCollector.OWN_SERIES));
  }

  /** Measures an embedded store from now on. */
  public void measureStore(StoreCollector.Source sizes) {
    registry.register(new StoreCollector(sizes));
  }

  /**
   * Counts the reservations by state if that is due. Must be called about every ten seconds, by one
   * thread at a time; a count of a large store takes seconds.
   */
  public void countStates(Ledger measured) {
    states.countIfDue(measured.reads()::countStates);
  }

  /** Reports the checks of the readiness from now on. */
  public void measure(Readiness readiness) {
    GaugeWithCallback.builder()
        .name("holdfast_health_check_ok")
        .help("1 if a check of /readyz passes, else 0.")
        .labelNames("check")
        .callback(
            callback -> {
              for (HealthCheck check : readiness.checks()) {
                callback.call(check.failure().isEmpty() ? 1 : 0, check.name());
              }
            })
        .register(registry);
  }

  /** Reports the connections and calls of a server from now on. */
  public void measure(Server server, NetworkGuard guard) {
    for (ServerServiceDefinition service : server.getServices()) {
      for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
        calls.add(method.getMethodDescriptor());
      }
    }
    gauge("holdfast_connections_open", "Open gRPC connections.", guard::connectionCount);
    gauge("holdfast_calls_open", "Open gRPC calls.", guard::callCount);
    gauge(
        "holdfast_request_bytes_open",
        "Bytes of requests that are being received or not answered yet.",
        () -> (double) guard.requestBytes());
  }

  /**
   * Reports the watchers from now on.
   *
   * @param watchMethod the full name of the method whose open calls are watches
   */
  public void measureWatchers(String watchMethod) {
    gauge("holdfast_watchers", "Open watches.", () -> (double) calls.openCount(watchMethod));
  }

  private void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }

  /** Returns the tracers that measure calls. */
  public ServerStreamTracer.Factory tracers() {
    return calls;
  }

  /** Returns the interceptor that counts refusals. It must be the outermost one. */
  public ServerInterceptor refusals() {
    return refusals;
  }

  /** Counts a request on the admin port without a valid credential as a refused call. */
  public void countUnauthenticated() {
    refusals.count(Rejection.Reason.UNAUTHENTICATED);
  }

  /** Returns the records of backups, verifications and reloads. */
  public TaskMetrics tasks() {
    return tasks;
  }

  /** Returns the handler of {@code /metrics}. */
  public AdminHandler handler() {
    return new MetricsHandler(registry);
  }
}
