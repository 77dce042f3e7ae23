package dev.holdfast.server.runtime.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
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
import dev.holdfast.testing.rpc.FutureAnswer;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.DatastoreServicePutRequest;
import dev.holdfast.v1.ObservedSlots;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A server with little room: what is beyond it is refused, and all of it is given back. */
class NetworkLimitsTest {
  private static final int CONNECTIONS = 3;
  private static final int CALLS = 4;
  private static final int REQUEST_BYTES = 400_000;
  private static final int LARGE = 100_000;

  /** Longer than any test takes. */
  private static final int PATIENCE_SECONDS = 600;

  private final NotedWatch watch = new NotedWatch();
  private final Ledger ledger = new Ledger(new FaultyStore(), () -> 1, 1000, watch);
  private final Readiness readiness = new Readiness(ledger);
  private final ReadExecutors readers = new ReadExecutors(1);
  private final EventLoops eventLoops = new EventLoops();
  private final RequestWorkers workers = new RequestWorkers(watch::failed);
  private final PendingResponses responses = new PendingResponses(Long.MAX_VALUE, System::nanoTime);
  private GrpcServer server;
  private final List<ManagedChannel> channels = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    ledger.start();
    ledger.run(new CreateRepository("default", 1_000_000));
    start(PATIENCE_SECONDS, PATIENCE_SECONDS);
  }

  private void start(int requestSeconds, int idleSeconds) throws IOException {
    server =
        GrpcServer.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            eventLoops,
            Services.on(
                ledger,
                readers,
                () -> workers.currentExecutor(eventLoops::current),
                watch,
                responses),
            workers,
            new NetworkLimits(
                CONNECTIONS,
                CALLS,
                1,
                REQUEST_BYTES,
                16 * 1024,
                requestSeconds,
                idleSeconds,
                20_000),
            readiness,
            responses,
            Security.NONE,
            new ServerMetrics("test", InstantSource.system()),
            null,
            watch);
  }

  @AfterEach
  void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    server.close();
    readers.close();
    ledger.close();
    workers.close();
    eventLoops.close();
  }

  private ManagedChannel connect() {
    ManagedChannel channel =
        ManagedChannelBuilder.forTarget(server.address()).usePlaintext().disableRetry().build();
    channels.add(channel);
    // Calls that wait for their connection begin in any order.
    reserve(channel);
    return channel;
  }

  private Socket socket() throws IOException {
    int colon = server.address().lastIndexOf(':');
    return new Socket(
        InetAddress.getLoopbackAddress(), Integer.parseInt(server.address().substring(colon + 1)));
  }

  private static void reserve(ManagedChannel channel) {
    var unused =
        RepositoryServiceGrpc.newBlockingStub(channel).reserve(Requests.reserve("", 1, ""));
  }

  /** A call that is begun, and how it ends. */
  private static final class Begun<Q> extends ClientCall.Listener<Object> {
    final ClientCall<Q, ?> call;
    final CompletableFuture<Status> end = new CompletableFuture<>();

    @SuppressWarnings("unchecked") // It takes any answer.
    Begun(ManagedChannel channel, MethodDescriptor<Q, ?> method) {
      // A streaming call sends each message at once.
      var streaming =
          method.toBuilder().setType(MethodDescriptor.MethodType.BIDI_STREAMING).build();
      call = channel.newCall(streaming, CallOptions.DEFAULT);
      ((ClientCall<Q, Object>) call).start(this, new Metadata());
      call.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      end.complete(status);
    }
  }

  private static DatastoreServicePutRequest put(int bytes) {
    return DatastoreServicePutRequest.newBuilder()
        .setKey("key")
        .setValue(ByteString.copyFrom(new byte[bytes]))
        .build();
  }

  @Test
  void aConnectionBeyondTheLimitIsClosedAndItsPlaceIsGivenBack() throws Exception {
    ManagedChannel first = connect();
    for (int i = 0; i < 3; i++) {
      try (Socket second = socket();
          Socket third = socket()) {
        // Open as soon as the server says something.
        assertTrue(second.getInputStream().read() >= 0);
        assertTrue(third.getInputStream().read() >= 0);
        try (Socket fourth = socket()) {
          assertEquals(-1, fourth.getInputStream().read());
        }
        reserve(first);
      }
      awaitRoomForAConnection();
    }
  }

  @Test
  void aConnectionWithoutCallsIsClosed() throws Exception {
    server.close();
    start(PATIENCE_SECONDS, 1);
    ManagedChannel channel = connect();
    CompletableFuture<Void> left = new CompletableFuture<>();
    channel.notifyWhenStateChanged(ConnectivityState.READY, () -> left.complete(null));
    left.get(60, TimeUnit.SECONDS);
    assertEquals(ConnectivityState.IDLE, channel.getState(false));
    reserve(channel);
  }

  private void awaitRoomForAConnection() throws IOException {
    int first;
    do {
      try (Socket socket = socket()) {
        first = socket.getInputStream().read();
      }
    } while (first < 0);
  }

  @Test
  void callsBeyondTheLimitAreRefusedButForOneOfEachConnection() throws Exception {
    ManagedChannel flood = connect();
    for (int round = 0; round < 3; round++) {
      List<Begun<?>> begun = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        begun.add(new Begun<>(flood, DatastoreServiceGrpc.getPutMethod()));
      }
      StatusRuntimeException refused =
          assertThrows(StatusRuntimeException.class, () -> reserve(flood));
      assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
      assertTrue(
          String.valueOf(refused.getMessage()).contains("calls are open"), refused.getMessage());
      connect().shutdownNow();
      for (Begun<?> call : begun) {
        call.call.cancel("enough", null);
      }
      awaitRoomForACall(flood);
    }
  }

  private static void awaitRoomForACall(ManagedChannel channel) {
    boolean refused = true;
    while (refused) {
      try {
        reserve(channel);
        refused = false;
      } catch (StatusRuntimeException e) {
        assertTrue(String.valueOf(e.getMessage()).contains("calls are open"), e.getMessage());
      }
    }
  }

  @Test
  void bytesBeyondTheLimitAreRefusedAndGivenBackHoweverTheirCallsEnd() throws Exception {
    ManagedChannel flood = connect();
    ManagedChannel other = connect();
    for (int round = 0; round < 10; round++) {
      var first = new Begun<>(flood, DatastoreServiceGrpc.getPutMethod());
      first.call.sendMessage(put(LARGE));
      var second = new Begun<>(flood, DatastoreServiceGrpc.getPutMethod());
      second.call.sendMessage(put(LARGE));
      // The two may arrive in any order; one of them exceeds the limit.
      Status refused = (Status) CompletableFuture.anyOf(first.end, second.end).get();
      assertEquals(Status.Code.UNAVAILABLE, refused.getCode());
      assertTrue(refused.toString().contains("bytes of requests"), refused.toString());
      var unused = DatastoreServiceGrpc.newBlockingStub(other).put(put(LARGE));
      var taken = first.end.isDone() ? second : first;
      if (round % 2 == 0) {
        taken.call.halfClose();
        assertTrue(taken.end.get().isOk(), taken.end.get().toString());
      } else {
        taken.call.cancel("enough", null);
      }
    }
  }

  @Test
  void theMessagesOfAStreamGiveTheirRoomBackWhenTheyWereRead() throws Exception {
    ManagedChannel channel = connect();
    CompletableFuture<ReconcileResponse> answer = new CompletableFuture<>();
    StreamObserver<ReconcileRequest> stream =
        ReservationsServiceGrpc.newStub(channel).reconcile(new FutureAnswer<>(answer));
    stream.onNext(
        ReconcileRequest.newBuilder()
            .setHeader(ReconcileHeader.newBuilder().setAsOfRevision(1).setAllowEmpty(true))
            .build());
    ReconcileRequest part =
        ReconcileRequest.newBuilder().setObserved(ObservedSlots.getDefaultInstance()).build();
    // Each frame costs more than its bytes: together these would be more than there is room for.
    for (int i = 0; i < 10 * REQUEST_BYTES / 256; i++) {
      stream.onNext(part);
    }
    stream.onCompleted();
    assertEquals(0, answer.get().getAdoptedCount3());
  }

  @Test
  void aCallThatIsBegunAndSendsNoRequestIsEnded() throws Exception {
    server.close();
    start(1, PATIENCE_SECONDS);
    ManagedChannel channel = connect();
    var silent = new Begun<>(channel, DatastoreServiceGrpc.getPutMethod());
    var half = new Begun<>(channel, DatastoreServiceGrpc.getPutMethod());
    half.call.sendMessage(put(1));
    var stream = new Begun<>(channel, ReservationsServiceGrpc.getReconcileMethod());
    for (Begun<?> begun : List.of(silent, half, stream)) {
      Status end = begun.end.get();
      assertEquals(Status.Code.DEADLINE_EXCEEDED, end.getCode());
      assertTrue(end.toString().contains("was not received"), end.toString());
    }
    reserve(channel);
  }
}
