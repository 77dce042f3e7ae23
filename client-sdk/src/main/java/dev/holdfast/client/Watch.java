package dev.holdfast.client;

import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.internal.calls.Backoff;
import dev.holdfast.client.internal.calls.Transport;
import dev.holdfast.client.internal.wire.Call;
import dev.holdfast.client.internal.wire.Errors;
import dev.holdfast.client.internal.wire.EventMapper;
import dev.holdfast.client.model.Event;
import dev.holdfast.client.requests.WatchEvents;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.WatchEventsRequest;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A watch of events that outlives its connections. There is one call at a time: the next call
 * begins when the last one has ended and all of its events were delivered, and it begins after the
 * last delivered event. So each event is delivered exactly once, wherever a call breaks.
 */
final class Watch implements EventSubscription {
  /**
   * The times that a watch waits.
   *
   * @param silence the time without a message after which a connection counts as broken; the server
   *     sends a message every 15 s
   * @param pauses between connections that broke without a message
   */
  record Pace(Duration silence, Backoff pauses) {
    static final Pace DEFAULT =
        new Pace(
            Duration.ofSeconds(35), new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5)));
  }

  private final Transport transport;
  private final String repositoryId;
  private final EventListener listener;
  private final Pace pace;

  /** The Context of the caller with its values, without its deadline and cancellation. */
  private final Context context = Context.current().fork();

  /** The registration that ends this watch when the client is closed. */
  private final Runnable ending = this::close;

  // Only the callbacks of the current call, which are serial, use these two.
  /** The last delivered revision; {@code null} until the begin of the watch is known. */
  private @Nullable Long revision;

  private int failures;

  // Guarded by this.
  private @Nullable ClientCall<?, ?> wire;
  private @Nullable Future<?> timer;
  private volatile boolean closed;

  Watch(Transport transport, WatchEvents watch, EventListener listener, Pace pace) {
    this.transport = transport;
    this.repositoryId = watch.repositoryId();
    this.revision = watch.afterRevision();
    this.listener = listener;
    this.pace = pace;
  }

  Watch begin() {
    transport.background().addEnding(ending);
    context.run(this::attempt);
    return this;
  }

  @Override
  public void close() {
    closed = true;
    ClientCall<?, ?> last;
    synchronized (this) {
      last = wire;
      setTimer(null);
    }
    if (last != null) {
      last.cancel("the watch was closed", null);
    }
    transport.background().removeEnding(ending);
  }

  private void attempt() {
    WatchEventsRequest request = EventMapper.watch(repositoryId, revision);
    ClientCall<WatchEventsRequest, WatchEventsResponse> call =
        transport.newCall(ReservationsServiceGrpc.getWatchEventsMethod());
    Attempt attempt = new Attempt(request, call);
    synchronized (this) {
      if (closed) {
        return;
      }
      wire = call;
    }
    try {
      call.start(attempt, new Metadata());
      call.sendMessage(request);
      call.halfClose();
      call.request(1);
    } catch (IllegalStateException e) {
      if (closed) {
        // The call was cancelled before all of it was sent.
        return;
      }
      throw e;
    }
    synchronized (this) {
      // Not before: a call that is cancelled while it is sent throws.
      if (!attempt.heard) {
        endSilence(call);
      }
    }
  }

  /** Gives up on the connection if no message comes. */
  private synchronized void endSilence(ClientCall<?, ?> call) {
    if (!closed) {
      setTimer(
          transport
              .background()
              .after(
                  pace.silence(),
                  () -> call.cancel("no message came within " + pace.silence(), null)));
    }
  }

  private synchronized void setTimer(@Nullable Future<?> next) {
    if (timer != null) {
      timer.cancel(false);
    }
    timer = next;
  }

  private void tell(WatchEventsResponse message) {
    for (Event event : EventMapper.events(message.getEventsList())) {
      if (closed) {
        return;
      }
      listener.onEvent(event);
      revision = event.revision();
    }
    if (!closed) {
      revision = message.getRevision();
      listener.onRevision(message.getRevision());
    }
  }

  private void interrupted(HoldfastException cause) {
    Duration pause = pace.pauses().after(failures++);
    try {
      listener.onInterrupted(cause);
    } catch (RuntimeException | Error e) {
      end(e);
      return;
    }
    synchronized (this) {
      if (!closed) {
        setTimer(transport.background().after(pause, context.wrap(this::resume)));
      }
    }
  }

  private void resume() {
    transport.background().reconnect();
    attempt();
  }

  private void end(Throwable error) {
    if (!closed) {
      close();
      listener.onError(error);
    }
  }

  /** Returns whether the watch continues with a new connection after this end of a call. */
  private static boolean isInterruption(HoldfastException error, Status status) {
    return switch (error.reason()) {
      case OVERLOADED, DRAINING, STORE_UNAVAILABLE -> true;
      case NONE ->
          switch (status.getCode()) {
            case OK, UNAVAILABLE, CANCELLED, INTERNAL, UNKNOWN, ABORTED, DEADLINE_EXCEEDED -> true;
            default -> false;
          };
      default -> false;
    };
  }

  private final class Attempt extends ClientCall.Listener<WatchEventsResponse> {
    private final Call<WatchEventsRequest, WatchEventsResponse, WatchEventsResponse> call;
    private final ClientCall<?, ?> wire;

    /** Whether a message or the end came. Under the lock of the watch. */
    private boolean heard;

    Attempt(WatchEventsRequest request, ClientCall<?, ?> wire) {
      this.call =
          Call.read(ReservationsServiceGrpc.getWatchEventsMethod(), request, Function.identity());
      this.wire = wire;
    }

    private void stopTimer() {
      synchronized (Watch.this) {
        heard = true;
        setTimer(null);
      }
    }

    @Override
    public void onMessage(WatchEventsResponse message) {
      stopTimer();
      failures = 0;
      try {
        tell(message);
      } catch (RuntimeException | Error e) {
        end(e);
        return;
      }
      endSilence(wire);
      wire.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      stopTimer();
      if (closed) {
        return;
      }
      HoldfastException error = Errors.of(status.asRuntimeException(trailers), call, null);
      if (isInterruption(error, status)) {
        interrupted(error);
      } else {
        end(error);
      }
    }
  }
}
