package dev.holdfast.server.runtime.serving;

import dev.holdfast.server.api.convert.Statuses;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import io.grpc.Context;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * Ends streaming calls, for example watches, when the server drains, or when their caller loses the
 * right to them. Without this, a drain would wait for them until its time limit, because only their
 * clients end them.
 */
final class StreamingCalls implements ServerInterceptor {
  private final Set<Stream<?, ?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean ended;

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    MethodType type = call.getMethodDescriptor().getType();
    if (type == MethodType.UNARY) {
      return next.startCall(call, headers);
    }
    Stream<Q, R> stream = new Stream<>(call, !type.serverSendsOneMessage());
    open.add(stream);
    ServerCall.Listener<Q> listener = next.startCall(stream, headers);
    if (ended) {
      stream.endAtDrain();
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

  /**
   * Ends all open calls whose responses stream, and all that start later. Calls that only send a
   * stream get their one response like others.
   */
  void end() {
    ended = true;
    open.forEach(Stream::endAtDrain);
  }

  /**
   * Ends the open streaming calls whose caller lost the right to them.
   *
   * @param granted returns whether the caller of a context still has its rights
   */
  void endUnless(Predicate<Context> granted) {
    for (Stream<?, ?> stream : open) {
      if (!granted.test(stream.context)) {
        stream.end(Rejections.unauthenticated());
      }
    }
  }

  /**
   * Serialises access to a call: gRPC allows one thread at a time, but the drain thread may end it.
   */
  private static final class Stream<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final Context context = Context.current();
    private final boolean endsAtDrain;
    private boolean closed;

    Stream(ServerCall<Q, R> call, boolean endsAtDrain) {
      super(call);
      this.endsAtDrain = endsAtDrain;
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

    void endAtDrain() {
      if (endsAtDrain) {
        end(Rejections.draining());
      }
    }

    void end(Rejection rejection) {
      StatusRuntimeException refusal = Statuses.of(rejection);
      close(refusal.getStatus(), Objects.requireNonNull(refusal.getTrailers()));
    }
  }
}
