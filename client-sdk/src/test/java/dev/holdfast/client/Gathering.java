package dev.holdfast.client;

import dev.holdfast.client.internal.calls.ClientTimers;
import dev.holdfast.client.internal.calls.Transport;
import dev.holdfast.client.internal.changes.ChangeBatcher;
import dev.holdfast.client.internal.wire.RetryPolicy;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.testing.process.Relay;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotResponse;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Reservations over a fake server, where as many calls are under way as may be: what is sent now is
 * queued, until the test lets those be answered.
 */
final class Gathering implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(60);
  private static final Slot HELD_UP = new Slot("held-up", 0);

  final FakeServer server = FakeServer.start();
  final Relay relay = new Relay(server.target());
  final ChangeBatcher batcher;
  final Reservations reservations;

  /** Applies as they came, to be answered by the test, unless it handles them itself. */
  final BlockingQueue<Batch> applies = new LinkedBlockingQueue<>();

  private final BlockingQueue<ServerCallStreamObserver<ReserveSlotResponse>> held =
      new LinkedBlockingQueue<>();
  private final ManagedChannel channel;

  record Batch(ApplyRequest request, ServerCallStreamObserver<ApplyResponse> answer) {}

  /**
   * @param patience how long a call is held up at most
   */
  Gathering(Duration patience) {
    channel =
        Grpc.newChannelBuilder(relay.target(), InsecureChannelCredentials.create())
            .defaultServiceConfig(RetryPolicy.serviceConfig())
            .build();
    batcher = new ChangeBatcher(channel, CallOptions.DEFAULT, patience);
    reservations =
        new RemoteReservations(
            new Transport(
                channel,
                CallOptions.DEFAULT,
                LONG,
                () -> false,
                new ClientTimers(channel::resetConnectBackoff),
                batcher));
    server.on(
        ReservationsServiceGrpc.getReserveSlotMethod(),
        (request, answer) -> {
          if (request.getSlot().getRequestId().equals(HELD_UP.requestId())) {
            held.add(answer);
          } else {
            FakeServer.complete(answer, ReserveSlotResponse.getDefaultInstance());
          }
        });
    server.on(
        ReservationsServiceGrpc.getApplyMethod(),
        (request, answer) -> applies.add(new Batch(request, answer)));
  }

  /** A call that is held up. */
  ReserveSlot heldUp() {
    return ReserveSlot.of(HELD_UP, 1);
  }

  /** Has as many calls under way as may be. */
  Gathering holdUp() {
    for (int i = 0; i < ChangeBatcher.UNDER_WAY; i++) {
      var unused = reservations.reserveSlotAsync(heldUp());
    }
    return this;
  }

  /** {@link #holdUp}, and they are known to the server; what comes next is what the test sends. */
  Gathering holdUpAtServer() throws InterruptedException {
    holdUp();
    for (int i = 0; i < ChangeBatcher.UNDER_WAY; i++) {
      server.next();
    }
    return this;
  }

  /** The next Apply, which is awaited. */
  Batch nextApply() throws InterruptedException {
    return awaited(applies);
  }

  private static <T> T awaited(BlockingQueue<T> queue) throws InterruptedException {
    T next = queue.poll(60, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing came");
    }
    return next;
  }

  /** Completes one held call, so that the queued changes are sent. */
  void letGo() throws InterruptedException {
    FakeServer.complete(awaited(held), ReserveSlotResponse.getDefaultInstance());
  }

  /** Completes all held calls, and waits until no call is in flight. */
  void letAllGo() {
    awaitIdle(
        () -> {
          ServerCallStreamObserver<ReserveSlotResponse> next = held.poll();
          if (next != null) {
            FakeServer.complete(next, ReserveSlotResponse.getDefaultInstance());
          }
        });
  }

  /** Waits until nothing is queued or under way, and does this meanwhile. */
  void awaitIdle(Runnable meanwhile) {
    long start = System.nanoTime();
    while (!batcher.isIdle()) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(60)) {
        throw new AssertionError("something is left");
      }
      meanwhile.run();
      Thread.onSpinWait();
    }
  }

  @Override
  public void close() throws IOException {
    channel.shutdownNow();
    server.close();
    relay.close();
  }
}
