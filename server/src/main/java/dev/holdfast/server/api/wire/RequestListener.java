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
 * Turns the requests of a call into messages. Small ones are handled where they come in; from a
 * large one on, all events of its call go to the workers, in their order.
 *
 * @param <Q> the messages
 */
public final class RequestListener<Q extends Message>
    extends ServerCall.Listener<IncomingRequest<Q>> {
  private final RequestReader<Q> reader;
  private final RequestWorkers workers;
  private final ReadingCall<Q, ?> call;
  private final ServerCall.Listener<Q> next;

  /** Null as long as no large request came in. */
  private @Nullable OrderedEvents events;

  /** Whether what still comes is of no interest. Belongs to whoever handles the events. */
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

  /** Ends a call of which not all requests have come in. */
  public void refuse(StatusRuntimeException refusal) {
    if (events == null) {
      end(refusal);
    } else {
      leave(events, () -> end(refusal));
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
      leave(events, () -> handle(request));
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
    leave(
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
      leave(events, this::halfClose);
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
      leave(events, next::onCancel);
    }
  }

  @Override
  public void onComplete() {
    if (events == null) {
      next.onComplete();
    } else {
      leave(events, next::onComplete);
    }
  }

  @Override
  public void onReady() {
    if (events == null) {
      next.onReady();
    } else {
      leave(events, next::onReady);
    }
  }

  private void leave(OrderedEvents workersEvents, Runnable event) {
    Context context = Context.current();
    workersEvents.add(() -> context.run(() -> guarded(event)));
  }

  /** Nobody else sees what an event throws on a worker. */
  private void guarded(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException e) {
      workers.failed(e);
      end(Statuses.internal());
    }
  }
}
