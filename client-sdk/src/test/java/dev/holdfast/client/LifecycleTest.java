package dev.holdfast.client;

import static dev.holdfast.client.ReservationsTest.SLOT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotResponse;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How clients begin and end, and whose channel is whose. */
class LifecycleTest {
  private static final Metadata.Key<String> TRAIL =
      Metadata.Key.of("trail", Metadata.ASCII_STRING_MARSHALLER);

  private final FakeServer server = FakeServer.start();
  private final ManagedChannel brought =
      Grpc.newChannelBuilder(server.target(), InsecureChannelCredentials.create()).build();

  /** ReserveSlot is answered when a test completes what it finds here. */
  private final CompletableFuture<ServerCallStreamObserver<ReserveSlotResponse>> pending =
      new CompletableFuture<>();

  private final CompletableFuture<Boolean> cancelled = new CompletableFuture<>();

  @BeforeEach
  void handle() {
    server.answer(
        RepositoryServiceGrpc.getAvailableMethod(),
        AvailableResponse.newBuilder().setAvailableBytes(7).build());
    server.on(
        ReservationsServiceGrpc.getReserveSlotMethod(),
        (request, answer) -> {
          answer.setOnCancelHandler(() -> cancelled.complete(true));
          pending.complete(answer);
        });
  }

  @AfterEach
  void close() {
    brought.shutdownNow();
    server.close();
  }

  @Test
  void aBroughtChannelStaysOpen() {
    HoldfastClient client = HoldfastClient.builder(brought).build();
    assertEquals(7, client.repositories().available("").availableBytes());
    client.close();
    assertFalse(brought.isShutdown());
    assertThrows(IllegalStateException.class, () -> client.repositories().available(""));
    try (HoldfastClient another = HoldfastClient.builder(brought).build()) {
      assertEquals(7, another.repositories().available("").availableBytes());
    }
  }

  @Test
  void whatIsSentWithinTheProcessCountsAsSentToo() throws Exception {
    String name = InProcessServerBuilder.generateName();
    var withoutServices = InProcessServerBuilder.forName(name).build().start();
    ManagedChannel channel = InProcessChannelBuilder.forName(name).build();
    try (HoldfastClient client = HoldfastClient.builder(channel).build()) {
      var change = ReserveSlot.of(SLOT, 1);
      var e =
          assertThrows(
              OutcomeUnknownException.class, () -> client.reservations().reserveSlot(change));
      assertEquals(change.operationId(), e.operationId());
    } finally {
      channel.shutdownNow();
      withoutServices.shutdownNow();
    }
  }

  @Test
  void aChannelThatHidesItsAttemptsLeavesTheOutcomeUnknown() {
    Channel hiding =
        ClientInterceptors.intercept(
            brought,
            new ClientInterceptor() {
              @Override
              public <Q, A> ClientCall<Q, A> interceptCall(
                  MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
                return next.newCall(
                    method,
                    CallOptions.DEFAULT
                        .withExecutor(options.getExecutor())
                        .withDeadline(options.getDeadline()));
              }
            });
    server.fail(
        ReservationsServiceGrpc.getReserveSlotMethod(),
        FakeServer.error(Code.UNAVAILABLE, "DRAINING", Map.of()));
    try (HoldfastClient client = HoldfastClient.builder(hiding).build()) {
      assertThrows(
          OutcomeUnknownException.class,
          () -> client.reservations().reserveSlot(ReserveSlot.of(SLOT, 1)));
    }
  }

  @Test
  void aBroughtChannelHasItsOwnCredentials() {
    var builder = HoldfastClient.builder(brought);
    assertThrows(
        IllegalStateException.class,
        () -> builder.channelCredentials(InsecureChannelCredentials.create()));
  }

  @Test
  void aClosedClientTakesNoCalls() {
    HoldfastClient client = HoldfastClient.builder(server.target()).build();
    assertEquals(7, client.repositories().available("").availableBytes());
    Repositories kept = client.repositories().withDeadline(Duration.ofSeconds(1));
    client.close();
    client.close();
    assertThrows(IllegalStateException.class, () -> kept.available(""));
    assertThrows(IllegalStateException.class, () -> kept.availableAsync(""));
  }

  @Test
  void closeWaitsForTheCallsUnderWay() throws Exception {
    HoldfastClient client = HoldfastClient.builder(server.target()).build();
    var future = client.reservations().reserveSlotAsync(ReserveSlot.of(SLOT, 1));
    var answer = pending.get(60, TimeUnit.SECONDS);
    CompletableFuture<Void> closing = CompletableFuture.runAsync(client::close);
    // The client is closed as soon as this throws, and the call is still under way.
    while (!refuses(client)) {
      Thread.onSpinWait();
    }
    assertFalse(future.isDone());
    FakeServer.complete(answer, ReserveSlotResponse.newBuilder().setAvailableBytes(3).build());
    assertEquals(3, future.get(60, TimeUnit.SECONDS).availableBytes());
    closing.get(60, TimeUnit.SECONDS);
  }

  @Test
  void closeGivesUpAfterTheDefaultDeadline() throws Exception {
    HoldfastClient client =
        HoldfastClient.builder(server.target()).defaultDeadline(Duration.ofMillis(200)).build();
    var patient = client.reservations().withDeadline(Duration.ofMinutes(5));
    var future = patient.reserveSlotAsync(ReserveSlot.of(SLOT, 1));
    pending.get(60, TimeUnit.SECONDS);
    client.close();
    var e = assertThrows(ExecutionException.class, () -> future.get(60, TimeUnit.SECONDS));
    assertInstanceOf(OutcomeUnknownException.class, e.getCause());
    assertTrue(cancelled.get(60, TimeUnit.SECONDS));
  }

  @Test
  void anInterruptedCloseClosesAtOnce() throws Exception {
    HoldfastClient client =
        HoldfastClient.builder(server.target()).defaultDeadline(Duration.ofSeconds(60)).build();
    var future = client.reservations().reserveSlotAsync(ReserveSlot.of(SLOT, 1));
    pending.get(60, TimeUnit.SECONDS);
    Thread.currentThread().interrupt();
    client.close();
    assertTrue(Thread.interrupted());
    assertThrows(ExecutionException.class, () -> future.get(60, TimeUnit.SECONDS));
  }

  @Test
  void interceptorsSeeCallsAndTheLastOneFirst() throws Exception {
    List<String> seen = new ArrayList<>();
    for (var builder :
        List.of(HoldfastClient.builder(server.target()), HoldfastClient.builder(brought))) {
      try (HoldfastClient client =
          builder
              .interceptor(new Marker("first", seen))
              .interceptor(new Marker("last", seen))
              .build()) {
        assertEquals(7, client.repositories().available("").availableBytes());
      }
      // Headers are written from the last to the first that is asked to start the call.
      assertEquals("last,first", trail(server.next().headers()));
    }
    assertEquals(List.of("last", "first", "last", "first"), seen);
  }

  private static String trail(Metadata headers) {
    return String.valueOf(headers.get(TRAIL));
  }

  private static boolean refuses(HoldfastClient client) {
    try {
      return client.repositories().available("").availableBytes() != 7;
    } catch (IllegalStateException e) {
      return true;
    } catch (UnavailableException e) {
      // It was begun before the client was closed, and reached a channel that was shut down.
      return true;
    }
  }

  private record Marker(String name, List<String> seen) implements ClientInterceptor {
    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      seen.add(name);
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(ClientCall.Listener<A> listener, Metadata headers) {
          String before = headers.get(TRAIL);
          headers.discardAll(TRAIL);
          headers.put(TRAIL, before == null ? name : before + "," + name);
          super.start(listener, headers);
        }
      };
    }
  }
}
