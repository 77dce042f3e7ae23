package dev.holdfast.server.runtime.serving;

import dev.holdfast.server.api.convert.Statuses;
import dev.holdfast.server.ledger.rules.Rejections;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends streaming calls, for example health watches, when the server drains. Without this, the drain
 * would wait for them until its time limit, because only their clients end them.
 */
final class StreamingCalls implements ServerInterceptor {
  private final Set<Stream<?, ?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean ended;

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (call.getMethodDescriptor().getType().serverSendsOneMessage()) {
      return next.startCall(call, headers);
    }
    Stream<Q, R> stream = new Stream<>(call);
    open.add(stream);
    ServerCall.Listener<Q> listener = next.startCall(stream, headers);
    if (ended) {
      stream.end();
    }
    return new SimpleForwardingServerCallListener<>(listener) {
      @Override
      public void onComplete() {
        open.remove(stream);
        super.onComplete();
      }

      @Override
      public void onCancel() {
        open.remove(stream);
        super.onCancel();
      }
    };
  }

  /** Ends all open streaming calls, and all that start later. */
  void end() {
    ended = true;
    open.forEach(Stream::end);
  }

  /**
   * Serialises access to a call: gRPC allows one thread at a time, but the drain thread may end it.
   */
  private static final class Stream<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private boolean closed;

    Stream(ServerCall<Q, R> call) {
      super(call);
    }

    @Override
    public synchronized void sendHeaders(Metadata headers) {
      if (!closed) {
        super.sendHeaders(headers);
      }
    }

    @Override
    public synchronized void sendMessage(R message) {
      if (!closed) {
        super.sendMessage(message);
      }
    }

    @Override
    public synchronized void close(Status status, Metadata trailers) {
      if (!closed) {
        closed = true;
        super.close(status, trailers);
      }
    }

    void end() {
      StatusRuntimeException refusal = Statuses.of(Rejections.draining());
      close(refusal.getStatus(), Objects.requireNonNull(refusal.getTrailers()));
    }
  }
}
