package dev.holdfast.server.api;

import dev.holdfast.server.api.calls.CallDispatcher;
import dev.holdfast.server.api.calls.CallerContext;
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

/**
 * Implements WatchEvents: a call that continues until the client ends it, or until the repository
 * is deleted.
 */
final class WatchCalls {
  private final WatchRegistry<WatchEventsResponse> watches;
  private final CallerWatches callers;

  WatchCalls(WatchRegistry<WatchEventsResponse> watches, CallerWatches callers) {
    this.watches = watches;
    this.callers = callers;
  }

  private record WatchQuery(String repositoryId, @Nullable Long afterRevision) {}

  void watch(WatchEventsRequest request, StreamObserver<WatchEventsResponse> observer) {
    var call = (ServerCallStreamObserver<WatchEventsResponse>) observer;
    WatchQuery query;
    try {
      query =
          CallDispatcher.parse(
              validator ->
                  new WatchQuery(
                      validator.repositoryId(request.getRepositoryId()),
                      request.hasAfterRevision()
                          ? validator.revision("after_revision", request.getAfterRevision())
                          : null));
    } catch (RejectedException e) {
      call.onError(Statuses.of(e));
      return;
    }
    Runnable leave = callers.enter(CallerContext.name());
    if (leave == null) {
      call.onError(Statuses.of(Rejections.callerWatchersFull(callers.maxOfEach())));
      return;
    }
    // With this threshold, ready means that the server holds no unsent data of the call.
    call.setOnReadyThreshold(1);
    WatchSession<WatchEventsResponse> watcher;
    try {
      watcher =
          watches.watch(
              query.repositoryId(),
              query.afterRevision(),
              new CallSink(call, ResettableCalls.ofThisCall()));
    } catch (RuntimeException e) {
      leave.run();
      throw e;
    }
    if (watcher == null) {
      leave.run();
      call.onError(Statuses.of(Rejections.watchersFull(watches.openCount())));
      return;
    }
    Runnable over =
        () -> {
          watcher.leave();
          leave.run();
        };
    call.setOnCancelHandler(over);
    call.setOnCloseHandler(over);
    call.setOnReadyHandler(watcher::wake);
    watcher.wake();
  }

  /**
   * Sends to a call. It is ready while the transport accepts data: events that cannot be sent yet
   * are not even read.
   */
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
        onReset.reset("the end of the watch was not read in time");
      }
    }
  }
}
