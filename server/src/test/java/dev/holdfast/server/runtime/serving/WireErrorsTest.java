package dev.holdfast.server.runtime.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.rpc.RetryInfo;
import dev.holdfast.server.api.Services;
import dev.holdfast.server.api.calls.PendingResponses;
import dev.holdfast.server.api.calls.ReadExecutors;
import dev.holdfast.server.api.wire.RequestWorkers;
import dev.holdfast.server.ledger.FaultyStore;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.runtime.admin.Readiness;
import dev.holdfast.server.runtime.metrics.ServerMetrics;
import dev.holdfast.server.runtime.network.NetworkLimits;
import dev.holdfast.server.runtime.security.Security;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.AvailableRequest;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.RepositoryServiceGrpc.RepositoryServiceBlockingStub;
import dev.holdfast.v1.RepositoryServiceGrpc.RepositoryServiceFutureStub;
import dev.holdfast.v1.ReserveRequest;
import dev.holdfast.v1.ReserveResponse;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tests the errors that a caller receives over a real socket when the store or the server fails.
 */
class WireErrorsTest {
  private static final int WAITING_LIMIT = 2;
  private static final ReserveRequest ONE_BYTE = Requests.reserve("", 1, "");

  private final FaultyStore store = new FaultyStore();
  private final NotedWatch watch = new NotedWatch();
  private final Ledger ledger = new Ledger(store, () -> 1, WAITING_LIMIT, watch);
  private final Readiness readiness = new Readiness(ledger);
  private final PendingResponses responses = new PendingResponses(Long.MAX_VALUE, System::nanoTime);
  private final ReadExecutors readers = new ReadExecutors(1);
  private final AtomicReference<Deadline> lateCall = new AtomicReference<>();
  private final ServerInterceptor noteDeadline =
      new ServerInterceptor() {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
          Deadline deadline = Context.current().getDeadline();
          if (deadline != null) {
            lateCall.set(deadline);
          }
          return next.startCall(call, headers);
        }
      };
  private final EventLoops eventLoops = new EventLoops();
  private final RequestWorkers workers = new RequestWorkers(watch::failed);
  private final GrpcServer server = start();
  private final ManagedChannel channel =
      ManagedChannelBuilder.forTarget(server.address()).usePlaintext().disableRetry().build();
  private final RepositoryServiceBlockingStub blocking =
      RepositoryServiceGrpc.newBlockingStub(channel);
  private final RepositoryServiceFutureStub futures = RepositoryServiceGrpc.newFutureStub(channel);

  private GrpcServer start() {
    try {
      return GrpcServer.start(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
          eventLoops,
          Services.on(ledger, readers, eventLoops::current, watch, responses).stream()
              .<BindableService>map(
                  service -> () -> ServerInterceptors.intercept(service, noteDeadline))
              .toList(),
          workers,
          NetworkLimits.DEFAULT,
          readiness,
          responses,
          Security.NONE,
          new ServerMetrics("test", InstantSource.system()),
          null,
          watch);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @BeforeEach
  void createRepository() {
    ledger.start();
    ledger.run(new CreateRepository("default", 100));
  }

  @AfterEach
  void close() {
    store.failAt(null);
    channel.shutdownNow();
    server.close();
    readers.close();
    ledger.close();
    workers.close();
    eventLoops.close();
  }

  @Test
  void overloadSaysWhenToTryAgain() throws Exception {
    CountDownLatch gate = store.closeGate();
    Future<ReserveResponse> first = futures.reserve(ONE_BYTE);
    store.awaitAtGate();
    // Two may wait behind the one that commits.
    var second = futures.reserve(ONE_BYTE);
    var third = futures.reserve(ONE_BYTE);
    StatusRuntimeException refused =
        assertThrows(StatusRuntimeException.class, () -> blocking.reserve(ONE_BYTE));
    assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
    assertEquals("OVERLOADED", Refusal.of(refused).reason());
    com.google.rpc.Status status = Objects.requireNonNull(StatusProto.fromThrowable(refused));
    assertTrue(status.getDetailsList().stream().anyMatch(any -> any.is(RetryInfo.class)));
    Metadata trailers = Objects.requireNonNull(refused.getTrailers());
    assertNotNull(
        trailers.get(Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER)));
    gate.countDown();
    first.get();
    second.get();
    third.get();
    assertEquals(4, blocking.reserve(ONE_BYTE).getUnassignedBytes());
  }

  @Test
  void aStoreThatFailsIsToldWithItsOutcome() throws Exception {
    store.failAt(FaultyStore.Step.WRITE);
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> blocking.reserve(ONE_BYTE));
    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode());
    assertEquals("STORE_UNAVAILABLE", Refusal.of(e).reason());
    assertEquals("not_applied", Refusal.of(e).fact("outcome"));
    assertEquals("store unavailable", readiness.unready());

    store.failAt(FaultyStore.Step.COMMIT);
    e = assertThrows(StatusRuntimeException.class, () -> blocking.reserve(ONE_BYTE));
    assertEquals("unknown", Refusal.of(e).fact("outcome"));

    store.failAt(FaultyStore.Step.READ);
    e =
        assertThrows(
            StatusRuntimeException.class,
            () -> blocking.available(AvailableRequest.getDefaultInstance()));
    assertEquals("STORE_UNAVAILABLE", Refusal.of(e).reason());

    store.failAt(null);
    assertEquals(1, blocking.reserve(ONE_BYTE).getUnassignedBytes());
    assertEquals("", readiness.unready());
  }

  @Test
  void aCallWhoseDeadlinePassedBeforeItsTurnIsDroppedUndone() throws Exception {
    CountDownLatch gate = store.closeGate();
    Future<ReserveResponse> first = futures.reserve(ONE_BYTE);
    store.awaitAtGate();
    while (lateCall.get() == null) {
      // A caller that was held up for so long may not have sent its call: then another one does.
      StatusRuntimeException late =
          assertThrows(
              StatusRuntimeException.class,
              () -> blocking.withDeadlineAfter(50, TimeUnit.MILLISECONDS).reserve(ONE_BYTE));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, late.getStatus().getCode());
    }
    // The server's clock for the call starts later than the caller's, and ends later.
    while (!lateCall.get().isExpired()) {
      Thread.onSpinWait();
    }
    gate.countDown();
    first.get();
    assertEquals(2, blocking.reserve(ONE_BYTE).getUnassignedBytes());
  }

  @Test
  void drainAnswersWhatIsUnderWayAndRefusesTheRest() throws Exception {
    CountDownLatch gate = store.closeGate();
    Future<ReserveResponse> first = futures.reserve(ONE_BYTE);
    store.awaitAtGate();
    Thread draining = new Thread(server::close);
    draining.start();
    while (readiness.unready().isEmpty()) {
      Thread.onSpinWait();
    }
    ExecutionException refused =
        assertThrows(ExecutionException.class, () -> futures.reserve(ONE_BYTE).get());
    assertEquals(Status.Code.UNAVAILABLE, Status.fromThrowable(refused).getCode());
    gate.countDown();
    assertEquals(1, first.get().getUnassignedBytes());
    draining.join();
    assertEquals("draining", readiness.unready());
  }

  @Test
  void theRefusalOfADrainingServerSaysSo() throws Exception {
    DrainInterceptor drain = new DrainInterceptor();
    drain.start();
    var name = io.grpc.inprocess.InProcessServerBuilder.generateName();
    var inProcess =
        io.grpc.inprocess.InProcessServerBuilder.forName(name)
            .intercept(drain)
            .addService(Services.on(ledger, readers, () -> Runnable::run, watch, responses).get(0))
            .build()
            .start();
    var local = io.grpc.inprocess.InProcessChannelBuilder.forName(name).disableRetry().build();
    try {
      StatusRuntimeException e =
          assertThrows(
              StatusRuntimeException.class,
              () -> RepositoryServiceGrpc.newBlockingStub(local).reserve(ONE_BYTE));
      assertEquals("DRAINING", Refusal.of(e).reason());
    } finally {
      local.shutdownNow();
      inProcess.shutdownNow();
    }
  }
}
