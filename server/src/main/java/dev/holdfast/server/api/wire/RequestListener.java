package dev.holdfast.server.api.wire;

import com.google.protobuf.Message;
import dev.holdfast.server.api.convert.Statuses;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import io.grpc.Context;
import io.grpc.ServerCall;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Converts the requests of a call to messages. Small requests are handled on the network thread;
 * from the first large request on, all events of the call run on the workers, in order.
 *
 * @param <Q> the type of the messages
 */
public final class RequestListener<Q extends Message>
    extends ServerCall.Listener<IncomingRequest<Q>> {
  private final RequestReader<Q> reader;
  private final RequestWorkers workers;
  private final ReadingCall<Q, ?> call;
  private final ServerCall.Listener<Q> next;

  /** Null until a large request arrives. */
  private @Nullable OrderedEvents events;

  /** Whether later messages are ignored. Used by the thread that handles the events only. */
  private boolean refused;

  RequestListener(
      RequestReader<Q> reader,
      RequestWorkers workers,
      ReadingCall<Q, ?> call,
      ServerCall.Listener<Q> next) {
    this.reader = reader;
    this.workers = workers;
    this.call = call;
    this.next = next;
  }

  /** Ends a call whose requests are incomplete. */
  public void refuse(StatusRuntimeException refusal) {
    if (events == null) {
      end(refusal);
    } else {
      defer(events, () -> end(refusal));
    }
  }

  private void end(StatusRuntimeException refusal) {
    refused = true;
    call.refuse(refusal);
  }

  private void end(Rejection rejection) {
    end(Statuses.of(rejection));
  }

  @Override
  public void onMessage(IncomingRequest<Q> request) {
    if (request instanceof IncomingRequest.Unread<Q> unread) {
      onLarge(unread);
    } else if (events == null) {
      handle(request);
    } else {
      defer(events, () -> handle(request));
    }
  }

  private void onLarge(IncomingRequest.Unread<Q> request) {
    int bytes = request.bytes().length;
    if (!workers.reserve(bytes)) {
      refuse(
          Statuses.of(
              Rejections.overloaded(workers.waitingCount(), "large requests wait to be read")));
      return;
    }
    if (events == null) {
      events = new OrderedEvents(workers);
    }
    defer(
        events,
        () -> {
          try {
            handle(request);
          } finally {
            workers.release(bytes);
          }
        });
  }

  private void handle(IncomingRequest<Q> request) {
    if (refused || call.isCancelled()) {
      return;
    }
    if (request instanceof IncomingRequest.Message<Q> message) {
      next.onMessage(message.message());
    } else if (request instanceof IncomingRequest.Malformed<Q> malformed) {
      end(malformed.rejection());
    } else if (request instanceof IncomingRequest.Unread<Q> unread) {
      Q message;
      try {
        message = reader.read(unread);
      } catch (MalformedException e) {
        end(e.rejection());
        return;
      }
      next.onMessage(message);
    }
  }

  @Override
  public void onHalfClose() {
    if (events == null) {
      halfClose();
    } else {
      defer(events, this::halfClose);
    }
  }

  private void halfClose() {
    if (!refused) {
      next.onHalfClose();
    }
  }

  @Override
  public void onCancel() {
    if (events == null) {
      next.onCancel();
    } else {
      defer(events, next::onCancel);
    }
  }

  @Override
  public void onComplete() {
    if (events == null) {
      next.onComplete();
    } else {
      defer(events, next::onComplete);
    }
  }

  @Override
  public void onReady() {
    if (events == null) {
      next.onReady();
    } else {
      defer(events, next::onReady);
    }
  }

  private void defer(OrderedEvents workersEvents, Runnable event) {
    Context context = Context.current();
    workersEvents.add(() -> context.run(() -> guarded(event)));
  }

  /** Runs an event and reports its exception, which no other code on a worker would. */
  private void guarded(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException e) {
      workers.failed(e);
      end(Statuses.internal());
    }
  }
}
