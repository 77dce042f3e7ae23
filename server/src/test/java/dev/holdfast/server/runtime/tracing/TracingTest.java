package dev.holdfast.server.runtime.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.holdfast.server.runtime.engine.EmbeddedStore;
import dev.holdfast.server.runtime.metrics.ServerMetrics;
import dev.holdfast.server.runtime.security.Security;
import dev.holdfast.server.runtime.serving.HoldfastServer;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls and commits make spans that belong together. */
class TracingTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";
  private static final String RESERVE = "holdfast.v1.ReservationsService/ReserveSlot";

  @TempDir private Path directory;

  private final List<SpanData> spans = new CopyOnWriteArrayList<>();

  /** Collects the spans in this process. */
  private final class Collector implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> exported) {
      spans.addAll(exported);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  private HoldfastServer start() {
    OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(new Collector()))
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    return HoldfastServer.start(
        new HoldfastServer.Settings(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            null,
            new EmbeddedStore(directory.resolve("data"), false),
            1000L,
            Duration.ofDays(1),
            Security.NONE,
            new ServerMetrics("test", InstantSource.system()),
            new Tracing(sdk, "test", sdk::close)));
  }

  private List<SpanData> named(String name) {
    return spans.stream().filter(span -> span.getName().equals(name)).toList();
  }

  @Test
  void aCallContinuesItsTraceAndIsLinkedToItsCommit() throws Exception {
    HoldfastServer server = start();
    try (Stubs stubs = new Stubs(server.address())) {
      Metadata headers = new Metadata();
      headers.put(
          Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
          "00-" + TRACE + "-" + PARENT + "-01");
      var unused =
          stubs
              .reservations()
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
              .reserveSlot(Requests.reserveSlot("default", Requests.slot("r", 0), 10, "a"));
      Poll.until("a span", () -> named(RESERVE).size() == 1);
      SpanData call = named(RESERVE).get(0);
      assertEquals(TRACE, call.getTraceId());
      assertEquals(PARENT, call.getParentSpanId());
      assertEquals(SpanKind.SERVER, call.getKind());
      assertEquals("grpc", call.getAttributes().get(AttributeKey.stringKey("rpc.system")));
      assertEquals(
          "holdfast.v1.ReservationsService",
          call.getAttributes().get(AttributeKey.stringKey("rpc.service")));
      assertEquals("ReserveSlot", call.getAttributes().get(AttributeKey.stringKey("rpc.method")));
      assertEquals(0L, call.getAttributes().get(AttributeKey.longKey("rpc.grpc.status_code")));
      assertEquals(1, call.getLinks().size());

      SpanData commit =
          named("commit").stream()
              .filter(span -> span.getSpanContext().equals(call.getLinks().get(0).getSpanContext()))
              .findFirst()
              .orElseThrow();
      assertEquals(
          commit.getAttributes().get(CommitSpans.BATCH),
          call.getAttributes().get(CommitSpans.BATCH));
      assertNotEquals(TRACE, commit.getTraceId());
      assertEquals(SpanId.getInvalid(), commit.getParentSpanId());
    } finally {
      assertEquals(true, server.drain());
    }
  }

  @Test
  void aRefusedCallHasItsStatusAndNoCommit() throws Exception {
    HoldfastServer server = start();
    try (Stubs stubs = new Stubs(server.address())) {
      assertThrows(
          StatusRuntimeException.class,
          () ->
              stubs
                  .reservations()
                  .reserveSlot(
                      Requests.reserveSlot("default", Requests.slot("r", 0), 10_000, "a")));
      Poll.until("a span", () -> named(RESERVE).size() == 1);
      SpanData call = named(RESERVE).get(0);
      assertEquals(8L, call.getAttributes().get(AttributeKey.longKey("rpc.grpc.status_code")));
      assertEquals(List.of(), call.getLinks());
      assertEquals(SpanId.getInvalid(), call.getParentSpanId());
    } finally {
      assertEquals(true, server.drain());
    }
  }

  @Test
  void itIsOffUnlessTheEnvironmentAsksForIt() {
    for (Map<String, String> environment :
        List.of(
            Map.<String, String>of(),
            Map.of("OTEL_SERVICE_NAME", "x"),
            Map.of("OTEL_TRACES_EXPORTER", "none", "OTEL_EXPORTER_OTLP_ENDPOINT", "http://x"),
            Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", ""))) {
      assertNull(Tracing.fromEnvironment(environment::get, "test"), environment::toString);
    }
  }
}
