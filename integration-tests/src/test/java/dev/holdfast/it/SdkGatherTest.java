package dev.holdfast.it;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.Reservations;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.model.ReleaseReason;
import dev.holdfast.client.model.Reservation;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.EndRequest;
import dev.holdfast.client.requests.FillSlot;
import dev.holdfast.client.requests.ReleaseSlot;
import dev.holdfast.client.requests.RenewLease;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.client.results.SlotReleased;
import dev.holdfast.client.results.SlotReserved;
import dev.holdfast.testing.junit.LiveServer;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many asynchronous calls at once, which the SDK sends together, and the same calls alone. */
class SdkGatherTest {
  private static final int MANY = 50;

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private final Counter applies = new Counter();
  private HoldfastClient client;
  private Reservations reservations;
  private String repository;

  @BeforeEach
  void connect() {
    client = HoldfastClient.builder(SERVER.server().target()).interceptor(applies).build();
    reservations = client.reservations();
    repository = SERVER.newRepository(1000);
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  @Test
  void everyRefusalIsThatOfTheSingleCall() throws Exception {
    Reservation reserved = reserve(1, 100);
    Reservation filled = reservations.fillSlot(FillSlot.of(reserve(2, 100)));
    Reservation released = reserve(3, 100);
    var reuse = ReserveSlot.of(slot(3), 100).withRepositoryId(repository).withOperationId("again");
    SlotReleased unused = reservations.releaseSlot(released, ReleaseReason.ATTEMPT_FAILED);
    Reservation third = reservations.reserveSlot(reuse).reservation();
    unused = reservations.releaseSlot(third, ReleaseReason.ATTEMPT_FAILED);

    List<Function<Reservations, CompletableFuture<?>>> refused =
        List.of(
            to -> to.reserveSlotAsync(reserving(4, 801)),
            to -> to.reserveSlotAsync(reserving(1, 5)),
            to -> to.reserveSlotAsync(reuse),
            to -> to.reserveSlotAsync(reserving(3, 7).withOperationId("again")),
            to -> to.reserveSlotAsync(reserving(5, 0)),
            to -> to.reserveSlotAsync(reserving(5, 1).withOperationId("\n")),
            to -> to.reserveSlotAsync(reserving(5, 1).withLease(Duration.ZERO)),
            to ->
                to.reserveSlotAsync(
                    ReserveSlot.of(new Slot("a blank", 0), -1)
                        .withRepositoryId(repository)
                        .withOperationId("é")),
            to -> to.reserveSlotAsync(reserving(5, 1).withRepositoryId("nowhere")),
            to -> to.reserveSlotAsync(reserving(5, 1).withRepositoryId("No Repository")),
            to -> to.renewLeaseAsync(filled, Duration.ofSeconds(1)),
            to -> to.renewLeaseAsync(released, Duration.ofSeconds(1)),
            to -> to.renewLeaseAsync(reserved, Duration.ofDays(366)),
            to ->
                to.renewLeaseAsync(
                    RenewLease.of(slot(1), 1 << 20, Duration.ofSeconds(1))
                        .withRepositoryId(repository)),
            to -> to.fillSlotAsync(released),
            to -> to.fillSlotAsync(FillSlot.of(slot(9), 1).withRepositoryId(repository)),
            to -> to.fillSlotAsync(FillSlot.of(slot(1), 1 << 20).withRepositoryId(repository)),
            to ->
                to.releaseSlotAsync(
                    ReleaseSlot.of(slot(9), 1, ReleaseReason.REQUEST_ENDED)
                        .withRepositoryId(repository)),
            to ->
                to.releaseSlotAsync(
                    ReleaseSlot.of(slot(1), 1, ReleaseReason.LEASE_EXPIRED)
                        .withRepositoryId(repository)),
            to -> to.endRequestAsync(EndRequest.of("a blank").withRepositoryId(repository)));
    for (var call : refused) {
      HoldfastException alone = failure(call.apply(reservations));
      int before = applies.count.get();
      List<CompletableFuture<?>> together = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        together.add(call.apply(reservations));
      }
      for (var future : together) {
        assertSameFailure(alone, failure(future));
      }
      assertTrue(applies.count.get() > before, "none of them left together");
    }
    assertEquals(200, 1000 - client.repositories().available(repository).availableBytes());
  }

  @Test
  void manyChainsAtOnceAreMadeOnceEach() throws Exception {
    long before = client.repositories().available(repository).revision();
    List<CompletableFuture<SlotReleased>> chains =
        Stream.iterate(0, i -> i + 1).limit(500).map(this::chain).toList();
    for (var chain : chains) {
      SlotReleased released = chain.get(30, TimeUnit.SECONDS);
      assertEquals(2, released.releasedBytes());
    }
    assertTrue(applies.count.get() > 0, "none of them left together");
    // Each was reserved, filled and released.
    assertEquals(before + 3 * 500, client.repositories().available(repository).revision());
    assertTrue(client.repositories().verify(repository).consistent());
  }

  /** Each answer has to be about the chain's own slot. */
  private CompletableFuture<SlotReleased> chain(int index) {
    Slot own = slot(index);
    return reservations
        .reserveSlotAsync(reserving(index, 2))
        .thenCompose(
            reserved -> {
              assertEquals(own, reserved.reservation().slot());
              return reservations.renewLeaseAsync(reserved.reservation(), Duration.ofMinutes(1));
            })
        .thenCompose(
            renewed -> {
              assertEquals(own, renewed.slot());
              return reservations.fillSlotAsync(renewed);
            })
        .thenCompose(
            filled -> {
              assertEquals(own, filled.slot());
              return reservations.releaseSlotAsync(filled, ReleaseReason.REQUEST_ENDED);
            });
  }

  private Reservation reserve(int index, long amountBytes) {
    SlotReserved reserved = reservations.reserveSlot(reserving(index, amountBytes));
    return reserved.reservation();
  }

  private ReserveSlot reserving(int index, long amountBytes) {
    return ReserveSlot.of(slot(index), amountBytes).withRepositoryId(repository);
  }

  private static Slot slot(int index) {
    return new Slot("gathered", index);
  }

  private static HoldfastException failure(CompletableFuture<?> future) {
    var e = assertThrows(ExecutionException.class, () -> future.get(30, TimeUnit.SECONDS));
    return assertInstanceOf(HoldfastException.class, requireNonNull(e.getCause()));
  }

  private static void assertSameFailure(HoldfastException expected, HoldfastException actual) {
    assertSame(expected.getClass(), actual.getClass());
    assertEquals(expected.getMessage(), actual.getMessage());
    assertEquals(expected.reason(), actual.reason());
    assertEquals(expected.metadata(), actual.metadata());
  }

  private static final class Counter implements ClientInterceptor {
    final AtomicInteger count = new AtomicInteger();

    @Override
    public <Q, A> ClientCall<Q, A> interceptCall(
        MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
      if ("Apply".equals(method.getBareMethodName())) {
        count.incrementAndGet();
      }
      return next.newCall(method, options);
    }
  }
}
