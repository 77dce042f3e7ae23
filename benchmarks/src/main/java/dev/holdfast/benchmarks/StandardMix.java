package dev.holdfast.benchmarks;

import dev.holdfast.v1.ReleaseSlotRequest;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc.ReservationsServiceStub;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import dev.holdfast.v1.Slot;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * The standard mix in a closed loop: each chain reserves a fresh slot, releases it by its
 * generation, and starts over. Every answer is checked; the first that is wrong, or an error, ends
 * the run.
 */
final class StandardMix {
  static final long AMOUNT_BYTES = 1 << 20;

  private static final int CONNECTIONS = 4;

  private final Recorder latencies = new Recorder(TimeUnit.MINUTES.toNanos(1), 3);
  private final CompletableFuture<Void> failure = new CompletableFuture<>();
  private volatile boolean stopping;

  private StandardMix() {}

  /** What was counted: durable changes, each from its request to its answer. */
  record Result(double operationsPerSecond, Histogram latencyNanos) {
    double micros(double percentile) {
      return latencyNanos.getValueAtPercentile(percentile) / 1e3;
    }
  }

  static Result run(String address, int inFlight, Duration warmUp, Duration counted)
      throws InterruptedException, ExecutionException {
    List<ManagedChannel> connections = new ArrayList<>();
    for (int i = 0; i < Math.min(CONNECTIONS, inFlight); i++) {
      connections.add(
          Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
              .directExecutor()
              .build());
    }
    try {
      return new StandardMix().run(connections, inFlight, warmUp, counted);
    } finally {
      connections.forEach(ManagedChannel::shutdownNow);
    }
  }

  private Result run(
      List<ManagedChannel> connections, int inFlight, Duration warmUp, Duration counted)
      throws InterruptedException, ExecutionException {
    List<Chain> chains = new ArrayList<>();
    for (int i = 0; i < inFlight; i++) {
      chains.add(
          new Chain(ReservationsServiceGrpc.newStub(connections.get(i % connections.size()))));
    }
    chains.forEach(Chain::reserve);

    pass(warmUp);
    latencies.getIntervalHistogram();
    long start = System.nanoTime();
    pass(counted);
    Histogram histogram = latencies.getIntervalHistogram();
    double seconds = (System.nanoTime() - start) / 1e9;

    stopping = true;
    for (Chain chain : chains) {
      CompletableFuture.anyOf(chain.ended, failure).get();
    }
    return new Result(histogram.getTotalCount() / seconds, histogram);
  }

  /** Lets the chains run for so long, or throws what has gone wrong. */
  private void pass(Duration time) throws InterruptedException, ExecutionException {
    try {
      failure.get(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException nothingFailed) {
      return;
    }
  }

  private final class Chain {
    private final ReservationsServiceStub stub;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    Chain(ReservationsServiceStub stub) {
      this.stub = stub;
    }

    void reserve() {
      if (stopping) {
        ended.complete(null);
        return;
      }
      Slot slot = Slot.newBuilder().setRequestId(RandomIds.requestId()).build();
      stub.reserveSlot(
          ReserveSlotRequest.newBuilder()
              .setSlot(slot)
              .setAmountBytes(AMOUNT_BYTES)
              .setOperationId(RandomIds.operationId())
              .build(),
          new Answer<>(response -> release(slot, response)));
    }

    private void release(Slot slot, ReserveSlotResponse response) {
      Reservation reservation = response.getReservation();
      check(
          reservation.getSlot().equals(slot)
              && reservation.getAmountBytes() == AMOUNT_BYTES
              && reservation.getGeneration() > 0,
          response);
      stub.releaseSlot(
          ReleaseSlotRequest.newBuilder()
              .setSlot(slot)
              .setGeneration(reservation.getGeneration())
              .build(),
          new Answer<>(this::released));
    }

    private void released(ReleaseSlotResponse response) {
      check(
          response.getReleasedBytes() == AMOUNT_BYTES && !response.getAlreadyReleased(), response);
      reserve();
    }

    private void check(boolean right, Object response) {
      if (!right) {
        throw new IllegalStateException("a wrong answer: " + response);
      }
    }
  }

  /** Takes the time from here to the answer, and goes on with it. */
  private final class Answer<T> implements StreamObserver<T> {
    private final long start = System.nanoTime();
    private final Consumer<T> next;

    Answer(Consumer<T> next) {
      this.next = next;
    }

    @Override
    public void onNext(T response) {
      latencies.recordValue(System.nanoTime() - start);
      try {
        next.accept(response);
      } catch (RuntimeException e) {
        failure.completeExceptionally(e);
      }
    }

    @Override
    public void onError(Throwable t) {
      failure.completeExceptionally(t);
    }

    @Override
    public void onCompleted() {}
  }
}
