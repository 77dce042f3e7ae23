package dev.holdfast.client;

import io.grpc.Attributes;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What became of each attempt of one call. gRPC's retries show only how the last one ended, which
 * says nothing about those before it: when the first was cut off after its commit and the last was
 * turned away by a server that is shutting down, the change was made all the same.
 */
final class Attempts extends ClientStreamTracer.Factory {
  private final AtomicInteger made = new AtomicInteger();
  private final AtomicInteger sent = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();

  /** Whether no attempt got as far as a connection. */
  boolean neverSent() {
    // Where no attempt was seen at all, a brought channel hides them, and nothing can be said.
    return made.get() > 0 && sent.get() == 0;
  }

  /** Whether the server said of every attempt that reached a connection that it changed nothing. */
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
