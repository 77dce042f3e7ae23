package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.calls.ResettableCalls;
import dev.holdfast.server.api.convert.RejectedException;
import dev.holdfast.server.api.convert.Statuses;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.ledger.watch.Sink;
import dev.holdfast.server.ledger.watch.WatchRegistry;
import dev.holdfast.server.ledger.watch.WatchSession;
import dev.holdfast.v1.WatchEventsRequest;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/** WatchEvents: a call that goes on until the caller, or what it watches, ends it. */
final class WatchCalls {
  private final WatchRegistry<WatchEventsResponse> watches;

  WatchCalls(WatchRegistry<WatchEventsResponse> watches) {
    this.watches = watches;
  }

  private record Asked(String repositoryId, @Nullable Long afterRevision) {}

  void watch(WatchEventsRequest request, StreamObserver<WatchEventsResponse> observer) {
    var call = (ServerCallStreamObserver<WatchEventsResponse>) observer;
    Asked asked;
    try {
      asked =
          CallDispatcher.parse(
              validator ->
                  new Asked(
                      validator.repositoryId(request.getRepositoryId()),
                      request.hasAfterRevision()
                          ? validator.revision("after_revision", request.getAfterRevision())
                          : null));
    } catch (RejectedException e) {
      call.onError(Statuses.of(e));
      return;
    }
    // Ready means that nothing is left in the server of what was written.
    call.setOnReadyThreshold(1);
    WatchSession<WatchEventsResponse> watcher =
        watches.watch(
            asked.repositoryId(),
            asked.afterRevision(),
            new CallSink(call, ResettableCalls.ofThisCall()));
    if (watcher == null) {
      call.onError(Statuses.of(Rejections.watchersFull(watches.openCount())));
      return;
    }
    call.setOnCancelHandler(watcher::leave);
    call.setOnCloseHandler(watcher::leave);
    call.setOnReadyHandler(watcher::wake);
    watcher.wake();
  }

  /** Ready as long as the transport has room: what it cannot send yet is not even read. */
  private record CallSink(
      ServerCallStreamObserver<WatchEventsResponse> call, ResettableCalls.@Nullable Reset onReset)
      implements Sink<WatchEventsResponse> {
    @Override
    public boolean ready() {
      return call.isReady();
    }

    @Override
    public void send(WatchEventsResponse message) {
      call.onNext(message);
    }

    @Override
    public void end(Rejection rejection) {
      call.onError(Statuses.of(rejection));
    }

    @Override
    public void fail(RuntimeException e) {
      call.onError(Statuses.of(e));
    }

    @Override
    public void reset() {
      if (onReset != null) {
        onReset.reset("the end of the watch was not taken in time");
      }
    }
  }
}
