package dev.holdfast.server.runtime.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import dev.holdfast.server.api.calls.PendingResponses;
import dev.holdfast.server.api.wire.RequestWorkers;
import dev.holdfast.server.ledger.FaultyStore;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.runtime.admin.Readiness;
import dev.holdfast.server.runtime.network.NetworkLimits;
import dev.holdfast.server.runtime.security.Security;
import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.DatastoreServicePutRequest;
import dev.holdfast.v1.DatastoreServicePutResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A drain waits for large requests that came in before it and wait for a thread to read them. */
class DrainedRequestsTest {
  private static final int LARGE = 1 << 20;

  /** More than the two threads that may read large requests. */
  private static final int REQUESTS = 4;

  /** In which a drain that does not wait ends. */
  private static final long DRAIN_MILLIS = 3000;

  /** Its threads answer when they may. */
  private static final class SlowDatastore extends DatastoreServiceGrpc.DatastoreServiceImplBase {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch goOn = new CountDownLatch(1);

    @Override
    public void put(
        DatastoreServicePutRequest request, StreamObserver<DatastoreServicePutResponse> observer) {
      begun.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      observer.onNext(DatastoreServicePutResponse.getDefaultInstance());
      observer.onCompleted();
    }
  }

  @Test
  @Timeout(60)
  void areAllAnswered() throws Exception {
    NotedWatch watch = new NotedWatch();
    SlowDatastore datastore = new SlowDatastore();
    try (EventLoops eventLoops = new EventLoops();
        RequestWorkers workers = new RequestWorkers(watch::failed)) {
      GrpcServer server = start(watch, eventLoops, workers, datastore);
      ManagedChannel channel =
          ManagedChannelBuilder.forTarget(server.address()).usePlaintext().build();
      DatastoreServicePutRequest large =
          DatastoreServicePutRequest.newBuilder()
              .setValue(ByteString.copyFrom(new byte[LARGE]))
              .build();
      List<Future<DatastoreServicePutResponse>> answers = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        answers.add(DatastoreServiceGrpc.newFutureStub(channel).put(large));
      }
      datastore.begun.await();
      while (workers.waitingCount() < REQUESTS - 2) {
        Thread.onSpinWait();
      }

      CompletableFuture<Void> drained = CompletableFuture.runAsync(server::close);
      assertThrows(TimeoutException.class, () -> drained.get(DRAIN_MILLIS, TimeUnit.MILLISECONDS));
      datastore.goOn.countDown();
      for (Future<DatastoreServicePutResponse> answer : answers) {
        assertEquals(DatastoreServicePutResponse.getDefaultInstance(), answer.get());
      }
      drained.get();
      assertEquals(0, workers.waitingCount());
      channel.shutdownNow();
    }
    assertEquals(List.of(), watch.notes());
  }

  private static GrpcServer start(
      NotedWatch watch, EventLoops eventLoops, RequestWorkers workers, SlowDatastore datastore)
      throws IOException {
    return GrpcServer.start(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        eventLoops,
        List.of(datastore),
        workers,
        NetworkLimits.DEFAULT,
        new Readiness(new Ledger(new FaultyStore(), () -> 1, 1000, watch)),
        new PendingResponses(Long.MAX_VALUE, System::nanoTime),
        Security.NONE,
        watch);
  }
}
