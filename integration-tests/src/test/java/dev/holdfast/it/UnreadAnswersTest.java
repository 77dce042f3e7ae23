package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.AvailableRequest;
import dev.holdfast.v1.DatastoreServiceGetRequest;
import dev.holdfast.v1.DatastoreServiceGetResponse;
import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.DatastoreServicePutRequest;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.WatchEventsRequest;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that responses that callers do not read take a bounded part of a small server's memory. */
class UnreadAnswersTest {
  private static final int VALUE_BYTES = 1 << 20;
  private static final int WINDOW_BYTES = 64 * 1024;
  private static final int CONNECTIONS = 10;
  private static final int WATCHERS = Integer.getInteger("holdfast.unread.watchers", 3000);
  private static final int EVENTS_AN_APPLY = 1000;

  private static final Metadata.Key<String> PUSHBACK =
      Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

  @TempDir private Path temp;

  @Test
  void fiveHundredLargeValuesAtOnceAreAnsweredOrRefused() throws Exception {
    try (ServerProcess server = ServerProcess.start(temp.resolve("data"), "--capacity", "1000");
        Stubs stubs = new Stubs(server.target())) {
      var put =
          stubs
              .datastore()
              .put(
                  DatastoreServicePutRequest.newBuilder()
                      .setKey("key")
                      .setValue(ByteString.copyFrom(new byte[VALUE_BYTES]))
                      .build());
      assertTrue(put.getVersion() > 0);
      DatastoreServiceGetRequest get =
          DatastoreServiceGetRequest.newBuilder().setKey("key").build();
      var getting = DatastoreServiceGrpc.newFutureStub(stubs.channel());
      List<ListenableFuture<DatastoreServiceGetResponse>> answers = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        answers.add(getting.get(get));
      }
      int answered = 0;
      for (ListenableFuture<DatastoreServiceGetResponse> answer : answers) {
        try {
          assertEquals(VALUE_BYTES, answer.get(60, TimeUnit.SECONDS).getValue().size());
          answered++;
        } catch (ExecutionException e) {
          StatusRuntimeException refusal =
              (StatusRuntimeException) Objects.requireNonNull(e.getCause());
          assertEquals("OVERLOADED", Refusal.of(refusal).reason());
          assertTrue(refusal.getTrailers().containsKey(PUSHBACK), refusal::toString);
        }
      }
      assertTrue(answered > 0);
      assertEquals(VALUE_BYTES, stubs.datastore().get(get).getValue().size());
      assertEquals(0, server.terminate());
      assertEquals(List.of(), server.warnings());
    }
  }

  /** Watches from the creation on and reads nothing. */
  private static final class Silent
      implements ClientResponseObserver<WatchEventsRequest, WatchEventsResponse> {
    private final AtomicInteger ended;

    Silent(AtomicInteger ended) {
      this.ended = ended;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<WatchEventsRequest> call) {
      call.disableAutoRequestWithInitial(0);
    }

    @Override
    public void onNext(WatchEventsResponse message) {}

    @Override
    public void onError(Throwable e) {
      ended.incrementAndGet();
    }

    @Override
    public void onCompleted() {}
  }

  private static ApplyRequest apply(int number) {
    ApplyRequest.Builder apply = ApplyRequest.newBuilder();
    String request = "0x" + "%064x".formatted(number);
    for (int i = 0; i < EVENTS_AN_APPLY; i++) {
      apply.addOperations(
          Requests.operation(
              Requests.reserveSlot("", Requests.slot(request, i), 1, "%032x".formatted(i))));
    }
    return apply.build();
  }

  @Test
  void watchersThatDoNotReadLeaveRoomForOneThatDoes() throws Exception {
    List<ManagedChannel> channels = new ArrayList<>();
    try (ServerProcess server = ServerProcess.start(temp.resolve("data"), "--capacity", "1TB");
        Stubs stubs = new Stubs(server.target())) {
      long revision = 1;
      for (int i = 0; i < 3; i++) {
        assertFalse(hasError(stubs, apply(i)));
        revision += EVENTS_AN_APPLY;
      }
      AtomicInteger ended = new AtomicInteger();
      WatchEventsRequest all = WatchEventsRequest.newBuilder().setAfterRevision(0).build();
      for (int i = 0; i < CONNECTIONS; i++) {
        ManagedChannel channel =
            NettyChannelBuilder.forTarget(server.target())
                .usePlaintext()
                .disableRetry()
                .flowControlWindow(WINDOW_BYTES)
                .build();
        channels.add(channel);
        for (int j = 0; j < WATCHERS / CONNECTIONS; j++) {
          ReservationsServiceGrpc.newStub(channel).watchEvents(all, new Silent(ended));
        }
      }
      Iterator<WatchEventsResponse> reading =
          ReservationsServiceGrpc.newBlockingStub(stubs.channel())
              .watchEvents(WatchEventsRequest.newBuilder().setAfterRevision(0).build());
      long told = 0;
      for (int i = 3; i < 10; i++) {
        assertFalse(hasError(stubs, apply(i)));
        revision += EVENTS_AN_APPLY;
        while (told < revision) {
          WatchEventsResponse message = reading.next();
          assertEquals(told + message.getEventsCount(), message.getRevision(), "no gap");
          told = message.getRevision();
        }
      }
      assertTrue(
          stubs.repositories().available(AvailableRequest.getDefaultInstance()).getAvailableBytes()
              > 0);
      // Cut off with so much on its way, none of them is worth a line.
      for (ManagedChannel channel : channels) {
        assertTrue(channel.shutdownNow().awaitTermination(60, TimeUnit.SECONDS));
      }
      assertEquals(0, server.terminate());
      assertEquals(List.of(), server.warnings());
    } finally {
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  private static boolean hasError(Stubs stubs, ApplyRequest request) {
    return stubs.reservations().apply(request).getResultsList().stream()
        .anyMatch(OperationResult::hasError);
  }
}
