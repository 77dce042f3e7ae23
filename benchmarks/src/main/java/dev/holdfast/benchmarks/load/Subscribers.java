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

/** Many watchers of one repository. */
public final class Subscribers implements AutoCloseable {
  /** The number of watches on one group of four connections. */
  private static final int PER_CONNECTION_GROUP = 1600;

  private final List<Connections> connections = new ArrayList<>();
  private final Context.CancellableContext watching = Context.ROOT.withCancellation();
  private final CompletableFuture<Void> failure = new CompletableFuture<>();
  private final List<Subscriber> subscribers = new ArrayList<>();

  // Guarded by this.
  private long wanted;
  private long behind;
  private CompletableFuture<Void> allReceived = new CompletableFuture<>();

  /** Begins this number of watches from now on, and waits until each has received a message. */
  public Subscribers(String address, String repositoryId, int count)
      throws InterruptedException, ExecutionException {
    behind = count;
    WatchEventsRequest request =
        WatchEventsRequest.newBuilder().setRepositoryId(repositoryId).build();
    for (int i = 0; i < count; i++) {
      subscribers.add(new Subscriber());
    }
    watching.run(() -> begin(address, request));
    CompletableFuture.anyOf(allReceived, failure).get();
  }

  private void begin(String address, WatchEventsRequest request) {
    for (int i = 0; i < subscribers.size(); i++) {
      if (i % PER_CONNECTION_GROUP == 0) {
        connections.add(new Connections(address));
      }
      Connections last = connections.get(connections.size() - 1);
      ReservationsServiceGrpc.newStub(last.next()).watchEvents(request, subscribers.get(i));
    }
  }

  /** Waits until each watcher has received a revision. */
  public void awaitReceived(long revision) throws InterruptedException, ExecutionException {
    CompletableFuture<Void> received;
    synchronized (this) {
      wanted = revision;
      behind = subscribers.stream().filter(each -> each.revision < revision).count();
      allReceived = new CompletableFuture<>();
      received = allReceived;
      if (behind == 0) {
        received.complete(null);
      }
    }
    CompletableFuture.anyOf(received, failure).get();
  }

  private synchronized void received(Subscriber subscriber, long revision) {
    boolean wasBehind = subscriber.revision < wanted;
    subscriber.revision = revision;
    if (wasBehind && revision >= wanted) {
      behind--;
      if (behind == 0) {
        allReceived.complete(null);
      }
    }
  }

  @Override
  public void close() {
    watching.cancel(null);
    connections.forEach(Connections::close);
  }

  private final class Subscriber implements StreamObserver<WatchEventsResponse> {
    // Guarded by the outer instance.
    private long revision = -1;

    @Override
    public void onNext(WatchEventsResponse message) {
      received(this, message.getRevision());
    }

    @Override
    public void onError(Throwable t) {
      failure.completeExceptionally(t);
    }

    @Override
    public void onCompleted() {}
  }
}
