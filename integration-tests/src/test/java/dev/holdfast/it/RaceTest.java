package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.InsufficientStorageException;
import dev.holdfast.client.errors.SlotAlreadyReservedException;
import dev.holdfast.client.model.Slot;
import dev.holdfast.client.requests.ReserveSlot;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.FutureAnswer;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotResponse;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Many callers at once never get more than there is, and never less. */
class RaceTest {
  private static final int CALLERS = 256;
  private static final int CROWD = 10_000;

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  @Test
  void theLastBytesGoToExactlyAsManyAsFit() throws Exception {
    int fitting = 100;
    long amount = 1 << 20;
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, fitting * amount);
    List<Object> answers =
        race(
            ledger,
            (client, caller) ->
                client
                    .reservations()
                    .reserveSlot(
                        ReserveSlot.of(new Slot("race", caller), amount)
                            .withRepositoryId(ledger.id()))
                    .reservation());

    List<dev.holdfast.client.model.Reservation> granted =
        only(dev.holdfast.client.model.Reservation.class, answers);
    assertEquals(fitting, granted.size());
    assertEquals(
        fitting,
        granted.stream().map(dev.holdfast.client.model.Reservation::generation).distinct().count());
    List<InsufficientStorageException> refused = only(InsufficientStorageException.class, answers);
    assertEquals(CALLERS - fitting, refused.size());
    for (InsufficientStorageException e : refused) {
      assertEquals(amount, e.requestedBytes());
      assertEquals(0, e.availableBytes());
    }
    assertFull(ledger, fitting);
  }

  @Test
  void aSlotGoesToExactlyOneOfAllWhoWantIt() throws Exception {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1L << 40);
    Slot slot = new Slot("wanted", 7);
    List<Object> answers =
        race(
            ledger,
            (client, caller) ->
                client
                    .reservations()
                    .reserveSlot(ReserveSlot.of(slot, 1).withRepositoryId(ledger.id())));

    assertEquals(1, only(dev.holdfast.client.results.SlotReserved.class, answers).size());
    assertEquals(CALLERS - 1, only(SlotAlreadyReservedException.class, answers).size());
    assertEquals(1, ledger.available().getReservedBytes());
  }

  @Test
  void oneChangeSentByAllAtOnceIsMadeOnce() throws Exception {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 100);
    ReserveSlot change = ReserveSlot.of(new Slot("once", 0), 60).withRepositoryId(ledger.id());
    List<Object> answers =
        race(
            ledger,
            (client, caller) ->
                client.reservations().reserveSlot(change).reservation().generation());

    assertEquals(CALLERS, only(Long.class, answers).size(), answers::toString);
    assertEquals(1, Set.copyOf(answers).size());
    assertEquals(60, ledger.available().getReservedBytes());
  }

  @Test
  void whatFitsExactlyIsGrantedAndOneByteMoreIsNot() {
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1_000_000);
    Refusal refused =
        Refusal.expect(
            "INSUFFICIENT_STORAGE",
            () -> ledger.reserve(Requests.slot("fits", 0), 1_000_001, "more"));
    assertEquals(1_000_001, refused.number("requested_bytes"));
    assertEquals(1_000_000, refused.number("available_bytes"));
    assertTrue(refused.message().contains("1000001"), refused.message());
    assertTrue(refused.message().contains("1000000"), refused.message());

    ledger.reserve(Requests.slot("fits", 0), 1_000_000, "exactly");
    assertEquals(0, ledger.available().getAvailableBytes());
    Refusal full =
        Refusal.expect(
            "INSUFFICIENT_STORAGE", () -> ledger.reserve(Requests.slot("fits", 1), 1, "no more"));
    assertEquals(0, full.number("available_bytes"));
  }

  @Test
  void aCrowdThatIsOneByteTooManyOversellsNothing() throws Exception {
    long amount = 3;
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, CROWD * amount - 1);
    // Changes on many connections at once reach the queue in any order.
    List<Stubs> connections =
        IntStream.range(0, 8).mapToObj(i -> new Stubs(SERVER.server().target())).toList();
    List<CompletableFuture<ReserveSlotResponse>> answers = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      FutureAnswer<ReserveSlotResponse> answer = new FutureAnswer<>();
      ReservationsServiceGrpc.newStub(connections.get(i % connections.size()).channel())
          .withDeadlineAfter(60, TimeUnit.SECONDS)
          .reserveSlot(
              ledger.reserving(Requests.slot("crowd-" + i % 97, i), amount, "").build(), answer);
      answers.add(answer.future());
    }

    int granted = 0;
    for (CompletableFuture<ReserveSlotResponse> answer : answers) {
      try {
        assertEquals(amount, answer.get().getReservation().getAmountBytes());
        granted++;
      } catch (ExecutionException e) {
        Refusal refused = Refusal.of(assertInstanceOf(StatusRuntimeException.class, e.getCause()));
        assertEquals("INSUFFICIENT_STORAGE", refused.reason());
        assertEquals(amount, refused.number("requested_bytes"));
        assertEquals(amount - 1, refused.number("available_bytes"));
      }
    }
    connections.forEach(Stubs::close);
    assertEquals(CROWD - 1, granted);
    AvailableResponse books = ledger.available();
    assertEquals(amount - 1, books.getAvailableBytes());
    assertEquals((CROWD - 1) * amount, books.getReservedBytes());
    assertTrue(ledger.verify().getConsistent());
  }

  private interface Runner {
    Object run(HoldfastClient client, int caller);
  }

  /** Lets all callers loose at the same moment; answers what each was answered or refused with. */
  private static List<Object> race(RepositoryFixture ledger, Runner runner) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
    CyclicBarrier start = new CyclicBarrier(CALLERS);
    try (HoldfastClient client = HoldfastClient.builder(SERVER.server().target()).build()) {
      assertEquals(ledger.id(), client.repositories().get(ledger.id()).repositoryId());
      List<Callable<Object>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        int caller = i;
        callers.add(
            () -> {
              start.await();
              try {
                return runner.run(client, caller);
              } catch (HoldfastException e) {
                return e;
              }
            });
      }
      List<Object> answers = new ArrayList<>();
      for (Future<Object> answer : threads.invokeAll(callers)) {
        answers.add(answer.get());
      }
      return answers;
    } finally {
      threads.shutdownNow();
    }
  }

  private static <T> List<T> only(Class<T> type, List<Object> answers) {
    return answers.stream().filter(type::isInstance).map(type::cast).collect(Collectors.toList());
  }

  private static void assertFull(RepositoryFixture ledger, int reservations) {
    AvailableResponse books = ledger.available();
    assertEquals(0, books.getAvailableBytes());
    assertEquals(books.getCapacityBytes(), books.getReservedBytes());
    assertEquals(reservations, ledger.verify().getReservationCount());
    assertTrue(ledger.verify().getConsistent());
  }
}
