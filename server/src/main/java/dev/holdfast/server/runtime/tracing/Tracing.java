package dev.holdfast.server.runtime.tracing;

import dev.holdfast.server.ledger.meter.LedgerMeter;
import io.grpc.ServerInterceptor;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The tracing of one server. Without the variables that turn it on, nothing of it is installed. */
public final class Tracing implements AutoCloseable {
  private static final String NAME = "dev.holdfast.server";

  private final Runnable closing;
  private final CommitSpans commits;
  private final CallSpans calls;

  Tracing(OpenTelemetry telemetry, String version, Runnable closing) {
    this.closing = closing;
    Tracer tracer = telemetry.getTracer(NAME, version);
    this.commits = new CommitSpans(tracer);
    this.calls = new CallSpans(tracer, telemetry.getPropagators().getTextMapPropagator(), commits);
  }

  /**
   * Starts tracing if the standard variables of OpenTelemetry name an exporter or an endpoint.
   *
   * @param environment returns a variable; null if it is not set
   * @return null if tracing is off
   * @throws RuntimeException if a variable is malformed
   */
  public static @Nullable Tracing fromEnvironment(
      UnaryOperator<@Nullable String> environment, String version) {
    if (!isOn(environment)) {
      return null;
    }
    OpenTelemetrySdk sdk =
        AutoConfiguredOpenTelemetrySdk.builder()
            .disableShutdownHook()
            .addPropertiesSupplier(
                () ->
                    Map.of(
                        "otel.service.name", "holdfast",
                        "otel.exporter.otlp.protocol", "http/protobuf"))
            // Only spans are sent: Prometheus has the metrics, and stderr the log.
            .addPropertiesCustomizer(
                properties -> Map.of("otel.metrics.exporter", "none", "otel.logs.exporter", "none"))
            .build()
            .getOpenTelemetrySdk();
    return new Tracing(sdk, version, sdk::close);
  }

  private static boolean isOn(UnaryOperator<@Nullable String> environment) {
    String exporter = environment.apply("OTEL_TRACES_EXPORTER");
    if (exporter != null && !exporter.isBlank()) {
      return !exporter.equals("none");
    }
    return isSet(environment.apply("OTEL_EXPORTER_OTLP_ENDPOINT"))
        || isSet(environment.apply("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"));
  }

  private static boolean isSet(@Nullable String value) {
    return value != null && !value.isBlank();
  }

  /** Returns the meter that makes a span of each commit, and passes everything on. */
  public LedgerMeter meter(LedgerMeter next) {
    return new TracedMeter(commits, next);
  }

  /** Returns the interceptor that makes a span of each call. */
  public ServerInterceptor calls() {
    return calls;
  }

  /** Sends the remaining spans, for some seconds at most. */
  @Override
  public void close() {
    closing.run();
  }
}
