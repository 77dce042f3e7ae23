package dev.holdfast.server.api.calls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.holdfast.server.api.LoopbackServer;
import dev.holdfast.server.api.NotedAnswer;
import dev.holdfast.server.api.Services;
import dev.holdfast.server.ledger.FaultyStore;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.PutValue;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.AvailableRequest;
import dev.holdfast.v1.DatastoreServiceGetRequest;
import dev.holdfast.v1.DatastoreServiceGetResponse;
import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.Slot;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Callers over real sockets who do not take their responses, and what that means for others. */
class PendingResponsesTest {
  private static final long LIMIT_SECONDS = 60;
  private static final int VALUE_BYTES = 1 << 20;

  /** Of three values. */
  private static final int BUDGET_BYTES = 3 * VALUE_BYTES + 3 * 1024;

  private static final int WINDOW_BYTES = 64 * 1024;

  private final FaultyStore store = new FaultyStore();
  private final NotedWatch watch = new NotedWatch();
  private final Ledger ledger = new Ledger(store, () -> 1, 100_000, watch);
  private final ReadExecutors readers = new ReadExecutors(2);
  private final AtomicLong nanos = new AtomicLong(1);
  private final PendingResponses responses = new PendingResponses(BUDGET_BYTES, nanos::get);
  private final List<ManagedChannel> channels = new ArrayList<>();
  private @Nullable Server server;

  @BeforeEach
  void start() throws IOException {
    server =
        LoopbackServer.start(Services.on(ledger, readers, () -> Runnable::run, watch, responses));
    ledger.start();
    ledger.run(new CreateRepository("default", 1_000_000));
    Outcome put =
        ledger.run(new PutValue("default", "key", new Value(new byte[VALUE_BYTES]), null));
    assertInstanceOf(Outcome.PutDone.class, put);
  }

  @AfterEach
  void close() throws InterruptedException {
    channels.forEach(ManagedChannel::shutdownNow);
    Objects.requireNonNull(server).shutdownNow().awaitTermination();
    readers.close();
    ledger.close();
    // All is given back; the transport says so a moment after it has ended.
    await(() -> responses.unsentBytes() == 0 && responses.unansweredCount() == 0);
  }

  private ManagedChannel channel() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", Objects.requireNonNull(server).getPort())
            .usePlaintext()
            .disableRetry()
            .flowControlWindow(WINDOW_BYTES)
            .build();
    channels.add(channel);
    return channel;
  }

  /** Asks for the value, and reads the answer when it is told to. */
  private static final class Get
      implements ClientResponseObserver<DatastoreServiceGetRequest, DatastoreServiceGetResponse> {
    final CompletableFuture<DatastoreServiceGetResponse> answer = new CompletableFuture<>();
    private @Nullable ClientCallStreamObserver<DatastoreServiceGetRequest> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<DatastoreServiceGetRequest> stream) {
      call = stream;
      stream.disableAutoRequestWithInitial(0);
    }

    void read() {
      Objects.requireNonNull(call).request(2);
    }

    void cancel() {
      Objects.requireNonNull(call).cancel("enough", null);
    }

    /** Returns the error of a rejected call. */
    StatusRuntimeException refusal() throws Exception {
      try {
        DatastoreServiceGetResponse unexpected = answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        throw new AssertionError(unexpected.getValue().size() + " bytes came");
      } catch (ExecutionException e) {
        return (StatusRuntimeException) Objects.requireNonNull(e.getCause());
      }
    }

    @Override
    public void onNext(DatastoreServiceGetResponse response) {
      answer.complete(response);
    }

    @Override
    public void onError(Throwable e) {
      answer.completeExceptionally(e);
    }

    @Override
    public void onCompleted() {}
  }

  private static Get get(ManagedChannel channel) {
    Get get = new Get();
    DatastoreServiceGrpc.newStub(channel)
        .get(DatastoreServiceGetRequest.newBuilder().setKey("key").build(), get);
    return get;
  }

  private static void await(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(LIMIT_SECONDS), "too long");
      Thread.onSpinWait();
    }
  }

  private List<Get> fill() {
    ManagedChannel channel = channel();
    List<Get> gets = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      gets.add(get(channel));
    }
    await(() -> responses.unsentBytes() >= 3 * VALUE_BYTES);
    return gets;
  }

  private static void refused(StatusRuntimeException e) {
    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode(), e::toString);
    assertTrue(String.valueOf(e.getMessage()).contains("bytes of responses wait"), e::toString);
  }

  @Test
  void whatIsNotReadIsBoundedAndOthersAreRefusedInTime() throws Exception {
    List<Get> gets = fill();
    int reads = store.reads();
    ManagedChannel other = channel();
    List<Get> refused = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      refused.add(get(other));
    }
    for (Get one : refused) {
      refused(one.refusal());
    }
    assertTrue(responses.unsentBytes() <= BUDGET_BYTES);
    assertEquals(reads, store.reads(), "nothing is read that cannot be answered");
    for (Get one : gets) {
      one.read();
      assertEquals(VALUE_BYTES, one.answer.get(LIMIT_SECONDS, TimeUnit.SECONDS).getValue().size());
    }
    await(() -> responses.unsentBytes() == 0);
    Get again = get(other);
    again.read();
    assertEquals(VALUE_BYTES, again.answer.get(LIMIT_SECONDS, TimeUnit.SECONDS).getValue().size());
  }

  @Test
  void smallAnswersGoOnWhileLargeOnesFillTheRoom() {
    fill();
    var available =
        RepositoryServiceGrpc.newBlockingStub(channel())
            .available(AvailableRequest.getDefaultInstance());
    assertEquals(1_000_000, available.getAvailableBytes());
  }

  @Test
  void whoIsGoneGivesTheRoomBack() {
    fill().forEach(Get::cancel);
    await(() -> responses.unsentBytes() == 0);
    fill();
    channels.forEach(ManagedChannel::shutdownNow);
    await(() -> responses.unsentBytes() == 0);
  }

  @Test
  void whoDoesNotReadForLongIsCutOffWhereOthersWait() throws Exception {
    List<Get> gets = fill();
    nanos.addAndGet(PendingResponses.STALLED_NANOS);
    responses.resetStalled();
    assertTrue(responses.unsentBytes() > 0, "nobody else wants the room");
    refused(get(channel()).refusal());
    nanos.addAndGet(-1);
    responses.resetStalled();
    assertTrue(responses.unsentBytes() > 0, "it is not late yet");
    nanos.addAndGet(1);
    refused(get(channel()).refusal());
    responses.resetStalled();
    await(() -> responses.unsentBytes() == 0);
    for (Get one : gets) {
      one.read();
      StatusRuntimeException end = one.refusal();
      assertTrue(
          List.of(Status.Code.CANCELLED, Status.Code.DEADLINE_EXCEEDED)
              .contains(end.getStatus().getCode()),
          end::toString);
    }
    Get next = get(channel());
    next.read();
    assertEquals(VALUE_BYTES, next.answer.get(LIMIT_SECONDS, TimeUnit.SECONDS).getValue().size());
  }

  private static ApplyRequest reserve(int count) {
    ApplyRequest.Builder apply = ApplyRequest.newBuilder();
    for (int i = 0; i < count; i++) {
      apply.addOperations(
          Operation.newBuilder()
              .setReserveSlot(
                  ReserveSlotRequest.newBuilder()
                      .setSlot(Slot.newBuilder().setRequestId("request").setSlotIndex(i))
                      .setAmountBytes(1)));
    }
    return apply.build();
  }

  @Test
  void whatMayBeAnsweredAtLengthIsNotChangedWithoutRoom() {
    CallDispatcher.Call<ApplyResponse> other =
        new CallDispatcher(ledger, readers, () -> Runnable::run, watch, responses)
            .begin(new NotedAnswer<>());
    responses.reserve(other, BUDGET_BYTES);
    var stub = ReservationsServiceGrpc.newBlockingStub(channel());
    long revision = Objects.requireNonNull(store.repository("default")).revision();
    StatusRuntimeException e = null;
    try {
      var unused = stub.apply(reserve(1));
    } catch (StatusRuntimeException refusal) {
      e = refusal;
    }
    refused(Objects.requireNonNull(e));
    assertEquals(revision, Objects.requireNonNull(store.repository("default")).revision());
    responses.release(other, BUDGET_BYTES);
    other.over();
    assertEquals(1, stub.apply(reserve(1)).getResultsCount());
  }

  @Test
  void whatWasChangedIsAnsweredWithoutRoomToo() {
    CallDispatcher calls =
        new CallDispatcher(ledger, readers, () -> Runnable::run, watch, responses);
    NotedAnswer<DatastoreServiceGetResponse> noted = new NotedAnswer<>();
    CallDispatcher.Call<DatastoreServiceGetResponse> call = calls.begin(noted);
    DatastoreServiceGetResponse large =
        DatastoreServiceGetResponse.newBuilder()
            .setValue(ByteString.copyFrom(new byte[2 * BUDGET_BYTES]))
            .build();
    assertEquals(1, responses.unansweredCount());
    call.answer(large);
    assertEquals(large, noted.answer().join());
    assertEquals(0, responses.unansweredCount());

    NotedAnswer<DatastoreServiceGetResponse> read = new NotedAnswer<>();
    calls.begin(read).answerWithinBudget(large);
    refused(read.refusal());
    assertTrue(responses.hasBudget(), "nothing is kept");
  }
}
