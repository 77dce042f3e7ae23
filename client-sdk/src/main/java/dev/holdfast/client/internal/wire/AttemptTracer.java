package dev.holdfast.client.internal.wire;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Records how each attempt of one call ended. gRPC's retries report only the last one, which says
 * nothing about the others: if the connection of the first broke after its commit, and a server
 * that is shutting down rejected the last, the change was still made.
 */
public final class AttemptTracer extends ClientStreamTracer.Factory {
  private final AtomicInteger made;
  private final AtomicInteger sent;
  private final AtomicInteger refused;

  public AttemptTracer() {
    this(0, 0, 0);
  }

  private AttemptTracer(int made, int sent, int refused) {
    this.made = new AtomicInteger(made);
    this.sent = new AtomicInteger(sent);
    this.refused = new AtomicInteger(refused);
  }

  /** Returns a tracer for the same change in another call: it continues their count. */
  public AttemptTracer copy() {
    return new AttemptTracer(made.get(), sent.get(), refused.get());
  }

  /**
   * Returns a tracer for a change that was rejected in the answer to a batch: like this one, but
   * its last attempt was rejected.
   */
  public AttemptTracer lastOneRefused() {
    return new AttemptTracer(made.get(), sent.get(), refused.get() + 1);
  }

  /** Returns whether no attempt reached a connection. */
  public boolean neverSent() {
    // If no attempt was seen, a channel of the caller hides them, and their state is unknown.
    return made.get() > 0 && sent.get() == 0;
  }

  /**
   * Returns whether the server said of every attempt that reached a connection that it changed
   * nothing.
   */
  boolean allRefused() {
    return made.get() > 0 && sent.get() == refused.get();
  }

  @Override
  public ClientStreamTracer newClientStreamTracer(
      ClientStreamTracer.StreamInfo info, Metadata headers) {
    made.incrementAndGet();
    return new Attempt();
  }

  private final class Attempt extends ClientStreamTracer {
    @Override
    public void streamCreated(Attributes transportAttributes, Metadata headers) {
      sent.incrementAndGet();
    }

    @Override
    public void inboundTrailers(Metadata trailers) {
      if (Errors.sayNothingChanged(trailers)) {
        refused.incrementAndGet();
      }
    }
  }
}
