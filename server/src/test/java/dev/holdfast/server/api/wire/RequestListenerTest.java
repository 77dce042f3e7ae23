package dev.holdfast.server.api.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.rpc.RetryInfo;
import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.DatastoreServiceGrpc.DatastoreServiceBlockingStub;
import dev.holdfast.v1.DatastoreServiceGrpc.DatastoreServiceImplBase;
import dev.holdfast.v1.DatastoreServicePutRequest;
import dev.holdfast.v1.DatastoreServicePutResponse;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests which threads read and handle requests, and the rejections when too many requests wait. */
class RequestListenerTest {
  private static final int LARGE = RequestReader.SMALL_BYTES;
  private static final int ALL_ROOM = 32 * 1024 * 1024;

  private final BlockingQueue<Handled> handled = new LinkedBlockingQueue<>();
  private final List<RuntimeException> failures = new CopyOnWriteArrayList<>();
  private final RequestWorkers workers = new RequestWorkers(failures::add);
  private final DatastoreServiceImplBase service =
      new DatastoreServiceImplBase() {
        @Override
        public void put(
            DatastoreServicePutRequest request,
            StreamObserver<DatastoreServicePutResponse> observer) {
          handled.add(
              new Handled(
                  request.getValue().size(),
                  workers.currentExecutor(() -> Runnable::run) instanceof ExecutorService,
                  Context.current().getDeadline()));
          if (request.getKey().equals("broken")) {
            throw new IllegalArgumentException("a defect");
          }
          observer.onNext(DatastoreServicePutResponse.getDefaultInstance());
          observer.onCompleted();
        }
      };
  private Server server;
  private ManagedChannel channel;

  private record Handled(int bytes, boolean onAWorker, Deadline deadline) {}

  @BeforeEach
  void start() throws Exception {
    String name = InProcessServerBuilder.generateName();
    server =
        InProcessServerBuilder.forName(name)
            .directExecutor()
            .addService(new ReadRequests(workers, Map.of()).of(service.bindService()))
            .build()
            .start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().disableRetry().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    workers.close();
  }

  private DatastoreServiceBlockingStub stub() {
    return DatastoreServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private static DatastoreServicePutRequest put(String key, int bytes) {
    return DatastoreServicePutRequest.newBuilder()
        .setKey(key)
        .setValue(ByteString.copyFrom(new byte[bytes]))
        .build();
  }

  @Test
  void onlyLargeRequestsLeaveTheNetworkThread() throws Exception {
    var small = stub().put(put("small", 100));
    assertFalse(handled.take().onAWorker());
    var large = stub().put(put("large", LARGE));
    assertEquals(small, large);
    Handled there = handled.take();
    assertTrue(there.onAWorker());
    assertEquals(LARGE, there.bytes());
    assertNotNull(there.deadline(), "the call's own context");
  }

  @Test
  void aLargeRequestThatFindsNoRoomIsRefusedAndASmallOneIsNot() throws Exception {
    assertTrue(workers.reserve(ALL_ROOM));
    StatusRuntimeException refused =
        assertThrows(StatusRuntimeException.class, () -> stub().put(put("large", LARGE)));
    assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
    var status = Objects.requireNonNull(StatusProto.fromThrowable(refused));
    assertTrue(status.getDetailsList().stream().anyMatch(any -> any.is(RetryInfo.class)));
    assertNull(handled.poll());
    var small = stub().put(put("small", 100));
    workers.release(ALL_ROOM);
    assertEquals(small, stub().put(put("large", LARGE)));
  }

  @Test
  void theRoomOfARequestIsGivenBackWhateverBecomesOfIt() {
    for (int i = 0; i < 3 * ALL_ROOM / LARGE; i++) {
      assertThrows(StatusRuntimeException.class, () -> stub().put(put("broken", LARGE)));
      handled.clear();
    }
    assertEquals(3 * ALL_ROOM / LARGE, failures.size());
    assertTrue(workers.reserve(ALL_ROOM));
  }

  @Test
  void aDefectOnAWorkerIsToldAndEndsItsCallAlone() {
    StatusRuntimeException broken =
        assertThrows(StatusRuntimeException.class, () -> stub().put(put("broken", LARGE)));
    assertEquals(Status.Code.INTERNAL, broken.getStatus().getCode());
    assertEquals("a defect", failures.get(0).getMessage());
    var unused = stub().put(put("large", LARGE));
  }

  @Test
  void aCallThatWasCancelledMeanwhileIsNotRead() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    for (int i = 0; i < 2; i++) {
      workers.execute(() -> awaitQuietly(busy));
    }
    var waiting = DatastoreServiceGrpc.newFutureStub(channel).put(put("large", LARGE));
    assertTrue(waiting.cancel(true));
    busy.countDown();
    var unused = stub().put(put("large", LARGE + 1));
    assertEquals(LARGE + 1, handled.take().bytes());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
