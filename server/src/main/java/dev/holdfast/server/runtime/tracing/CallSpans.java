package dev.holdfast.server.runtime.tracing;

import dev.holdfast.server.api.calls.CommitNote;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import org.jspecify.annotations.Nullable;

/** Makes a span of each call. It continues the trace that the call's metadata names. */
final class CallSpans implements ServerInterceptor {
  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system");
  private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("rpc.service");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
  private static final AttributeKey<Long> CODE = AttributeKey.longKey("rpc.grpc.status_code");

  private final Tracer tracer;
  private final TextMapPropagator propagator;
  private final CommitSpans commits;

  CallSpans(Tracer tracer, TextMapPropagator propagator, CommitSpans commits) {
    this.tracer = tracer;
    this.propagator = propagator;
    this.commits = commits;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    MethodDescriptor<Q, R> method = call.getMethodDescriptor();
    Span span =
        tracer
            .spanBuilder(method.getFullMethodName())
            .setParent(
                propagator.extract(
                    io.opentelemetry.context.Context.root(), headers, MetadataGetter.INSTANCE))
            .setSpanKind(SpanKind.SERVER)
            .setAttribute(SYSTEM, "grpc")
            .setAttribute(SERVICE, method.getServiceName())
            .setAttribute(METHOD, method.getBareMethodName())
            .startSpan();
    Context context = Context.current().withValue(CommitNote.OF_CALL, () -> commits.link(span));
    ServerCall.Listener<Q> listener =
        Contexts.interceptCall(
            context,
            new SimpleForwardingServerCall<>(call) {
              @Override
              public void close(Status status, Metadata trailers) {
                end(span, status);
                super.close(status, trailers);
              }
            },
            headers,
            next);
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onCancel() {
        end(span, Status.CANCELLED);
        super.onCancel();
      }
    };
  }

  /** Ends a span; only its first end counts. */
  private static void end(Span span, Status status) {
    if (!span.isRecording()) {
      return;
    }
    span.setAttribute(CODE, (long) status.getCode().value());
    switch (status.getCode()) {
      // The failures of a server, as OpenTelemetry's conventions for gRPC list them.
      case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS ->
          span.setStatus(StatusCode.ERROR, String.valueOf(status.getDescription()));
      default -> {}
    }
    span.end();
  }

  /** Reads the headers of a trace. */
  private enum MetadataGetter implements TextMapGetter<Metadata> {
    INSTANCE;

    @Override
    public @Nullable String get(@Nullable Metadata headers, String name) {
      return headers == null
          ? null
          : headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }
  }
}
