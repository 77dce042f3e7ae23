package dev.holdfast.server.runtime.tracing;

import dev.holdfast.server.ledger.meter.LedgerMeter.CommittedBatch;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;

/** Makes a span of each commit. Used by the ledger's writer only. */
final class CommitSpans {
  static final AttributeKey<Long> BATCH = AttributeKey.longKey("holdfast.batch");
  private static final AttributeKey<Long> COMMANDS = AttributeKey.longKey("holdfast.commands");
  private static final AttributeKey<Long> EVENTS = AttributeKey.longKey("holdfast.events");
  private static final AttributeKey<Double> SYNC =
      AttributeKey.doubleKey("holdfast.sync_duration_seconds");
  private static final double NANOS = 1e-9;

  private final Tracer tracer;
  private long batch;
  private SpanContext span = SpanContext.getInvalid();

  CommitSpans(Tracer tracer) {
    this.tracer = tracer;
  }

  void committed(CommittedBatch committed) {
    Instant end = Instant.now();
    Span commit =
        tracer
            .spanBuilder("commit")
            .setParent(Context.root())
            .setSpanKind(SpanKind.INTERNAL)
            .setStartTimestamp(end.minusNanos(committed.totalNanos()))
            .setAttribute(BATCH, committed.number())
            .setAttribute(COMMANDS, (long) committed.commandCount())
            .setAttribute(EVENTS, (long) committed.eventCount())
            .setAttribute(SYNC, committed.syncNanos() * NANOS)
            .startSpan();
    commit.end(end);
    batch = committed.number();
    span = commit.getSpanContext();
  }

  /** Links the span of a call to the last commit, which made its change durable. */
  void link(Span call) {
    call.setAttribute(BATCH, batch);
    call.addLink(span);
  }
}
