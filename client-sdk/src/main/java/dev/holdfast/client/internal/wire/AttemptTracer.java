package dev.holdfast.client.internal.wire;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Records how each attempt of one call ended. gRPC's retries show only how the last one ended,
 * which says nothing about those before it: when the first was cut off after its commit and the
 * last was turned away by a server that is shutting down, the change was made all the same.
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

  /** Returns a tracer for the same change in another call: it counts on from these attempts. */
  public AttemptTracer copy() {
    return new AttemptTracer(made.get(), sent.get(), refused.get());
  }

  /**
   * Returns a tracer for a change that was refused by itself in the answer to a batch: like this
   * one, but the last attempt was refused.
   */
  public AttemptTracer lastOneRefused() {
    return new AttemptTracer(made.get(), sent.get(), refused.get() + 1);
  }

  /** Returns whether no attempt got as far as a connection. */
  public boolean neverSent() {
    // Where no attempt was seen at all, a brought channel hides them, and nothing can be said.
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
