package dev.holdfast.benchmarks.load;

import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.WatchEventsRequest;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Many who watch one repository. */
public final class Subscribers implements AutoCloseable {
  /** On the four that belong together. */
  private static final int ON_SOME_CONNECTIONS = 1600;

  private final List<Connections> connections = new ArrayList<>();
  private final Context.CancellableContext watching = Context.ROOT.withCancellation();
  private final CompletableFuture<Void> failure = new CompletableFuture<>();
  private final List<Subscriber> subscribers = new ArrayList<>();

  // Under the lock of this.
  private long wanted;
  private long behind;
  private CompletableFuture<Void> allTold = new CompletableFuture<>();

  /**
   * Begins so many watches of what happens from now on, and waits until each has its first word.
   */
  public Subscribers(String address, String repositoryId, int count)
      throws InterruptedException, ExecutionException {
    behind = count;
    WatchEventsRequest request =
        WatchEventsRequest.newBuilder().setRepositoryId(repositoryId).build();
    for (int i = 0; i < count; i++) {
      subscribers.add(new Subscriber());
    }
    watching.run(() -> begin(address, request));
    CompletableFuture.anyOf(allTold, failure).get();
  }

  private void begin(String address, WatchEventsRequest request) {
    for (int i = 0; i < subscribers.size(); i++) {
      if (i % ON_SOME_CONNECTIONS == 0) {
        connections.add(new Connections(address));
      }
      Connections last = connections.get(connections.size() - 1);
      ReservationsServiceGrpc.newStub(last.next()).watchEvents(request, subscribers.get(i));
    }
  }

  /** Waits until each was told of a revision. */
  public void awaitTold(long revision) throws InterruptedException, ExecutionException {
    CompletableFuture<Void> told;
    synchronized (this) {
      wanted = revision;
      behind = subscribers.stream().filter(each -> each.revision < revision).count();
      allTold = new CompletableFuture<>();
      told = allTold;
      if (behind == 0) {
        told.complete(null);
      }
    }
    CompletableFuture.anyOf(told, failure).get();
  }

  private synchronized void told(Subscriber subscriber, long revision) {
    boolean wasBehind = subscriber.revision < wanted;
    subscriber.revision = revision;
    if (wasBehind && revision >= wanted) {
      behind--;
      if (behind == 0) {
        allTold.complete(null);
      }
    }
  }

  @Override
  public void close() {
    watching.cancel(null);
    connections.forEach(Connections::close);
  }

  private final class Subscriber implements StreamObserver<WatchEventsResponse> {
    // Under the lock of the outer.
    private long revision = -1;

    @Override
    public void onNext(WatchEventsResponse message) {
      told(this, message.getRevision());
    }

    @Override
    public void onError(Throwable t) {
      failure.completeExceptionally(t);
    }

    @Override
    public void onCompleted() {}
  }
}
