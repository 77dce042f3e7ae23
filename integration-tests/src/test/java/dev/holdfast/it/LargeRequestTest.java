package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.DeclineReason;
import dev.holdfast.v1.EndRequestResponse;
import dev.holdfast.v1.ListReservationsRequest;
import dev.holdfast.v1.ListReservationsResponse;
import dev.holdfast.v1.Offer;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.PutOfferRequest;
import dev.holdfast.v1.SellSlotRequest;
import dev.holdfast.v1.SellSlotResponse;
import dev.holdfast.v1.StorageRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Requests with as many slots as they come. The long form is {@code mvn -pl integration-tests -am
 * verify -Dtest=LargeRequestTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dholdfast.request.slots=100000 -Dholdfast.server.heap=512m}.
 */
class LargeRequestTest {
  /** Of each of the requests that end at once. */
  private static final int SLOTS = Integer.getInteger("holdfast.request.slots", 10_000);

  private static final int REQUESTS = 10;

  /** The maximum number of slots that one transaction releases. */
  private static final int LARGEST_STEP = 200_000;

  private static final int SLOTS_AN_APPLY = 10_000;
  private static final long AMOUNT_BYTES = 1 << 20;

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private final RepositoryFixture ledger = RepositoryFixture.of(SERVER, Long.MAX_VALUE);
  private int reserved;

  private static String request(int number) {
    return "0x%064x".formatted(number + 1);
  }

  /** Each time with other operation ids: a reserve that was released is not made again. */
  private void reserve(String requestId, int count) {
    String operationId = "reserve-" + ++reserved;
    for (int from = 0; from < count; from += SLOTS_AN_APPLY) {
      ApplyRequest.Builder apply = ApplyRequest.newBuilder().setRepositoryId(ledger.id());
      for (int i = from; i < Math.min(count, from + SLOTS_AN_APPLY); i++) {
        apply.addOperations(
            Requests.operation(
                ledger.reserving(Requests.slot(requestId, i), AMOUNT_BYTES, operationId).build()));
      }
      assertTrue(
          SERVER.reservations().apply(apply.build()).getResultsList().stream()
              .noneMatch(OperationResult::hasError));
    }
  }

  @Test
  void moreThanATransactionReleasesEndsInSteps() throws Exception {
    int count = LARGEST_STEP + 1000;
    reserve(request(0), count);
    EndRequestResponse first = ledger.end(request(0), "e");
    assertTrue(first.getMore());
    assertEquals(LARGEST_STEP, first.getReleasedCount());
    assertEquals(LARGEST_STEP * AMOUNT_BYTES, first.getReleasedBytes());

    SERVER.restart();
    EndRequestResponse last = ledger.end(request(0), "e");
    assertFalse(last.getMore());
    assertEquals(count, last.getReleasedCount());
    assertEquals(count * AMOUNT_BYTES, last.getReleasedBytes());
    assertEquals(Long.MAX_VALUE, last.getAvailableBytes());
    assertEquals(last, ledger.end(request(0), "e"), "sent once more");
    assertTrue(ledger.verify().getConsistent());
  }

  @Test
  void manyThatEndAtOnceAndAgainAfterARestart() throws Exception {
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < REQUESTS; i++) {
        reserve(request(i), SLOTS);
      }
      SERVER.restart();
      List<Future<EndRequestResponse>> ends = new ArrayList<>();
      ExecutorService threads = Executors.newFixedThreadPool(REQUESTS);
      String id = "end" + round;
      for (int i = 0; i < REQUESTS; i++) {
        String requestId = request(i);
        ends.add(threads.submit(() -> ledger.end(requestId, id)));
      }
      for (Future<EndRequestResponse> end : ends) {
        assertEquals(SLOTS, end.get(5, TimeUnit.MINUTES).getReleasedCount());
      }
      threads.shutdown();
      assertEquals(Long.MAX_VALUE, ledger.available().getAvailableBytes());
    }
    assertFalse(SERVER.server().log().contains("OutOfMemoryError"));
  }

  @Test
  void manyInOneApplyShareTheRoomOfOne() {
    int slots = LARGEST_STEP / REQUESTS + 1;
    ApplyRequest.Builder apply = ApplyRequest.newBuilder().setRepositoryId(ledger.id());
    for (int i = 0; i < REQUESTS; i++) {
      reserve(request(i), slots);
      apply.addOperations(Requests.operation(Requests.endRequest("", request(i), "e")));
    }
    ApplyResponse response = SERVER.reservations().apply(apply.build());
    long released = 0;
    for (OperationResult result : response.getResultsList()) {
      released += result.getEndRequest().getReleasedCount();
    }
    assertEquals(LARGEST_STEP, released);
    assertFalse(response.getResults(0).getEndRequest().getMore());
    EndRequestResponse cut = response.getResults(REQUESTS - 1).getEndRequest();
    assertTrue(cut.getMore());
    EndRequestResponse rest = ledger.end(request(REQUESTS - 1), "e");
    assertFalse(rest.getMore());
    assertEquals(slots, rest.getReleasedCount());
    assertEquals(Long.MAX_VALUE, ledger.available().getAvailableBytes());
  }

  @Test
  void theLastFreeSlotsOfALargeRequestAreSoldOnce() throws Exception {
    int free = 4;
    reserve(request(0), SLOTS);
    var offered =
        SERVER
            .sales()
            .putOffer(
                PutOfferRequest.newBuilder()
                    .setRepositoryId(ledger.id())
                    .setOffer(Offer.newBuilder().setOfferId("o").setMinPricePerBytePerSecond("1"))
                    .build());
    assertEquals("o", offered.getOffer().getOfferId());
    SellSlotRequest sale =
        SellSlotRequest.newBuilder()
            .setRepositoryId(ledger.id())
            .setStorageRequest(
                StorageRequest.newBuilder()
                    .setRequestId(request(0))
                    .setSlotCount(SLOTS + free)
                    .setSlotSizeBytes(1)
                    .setDuration(Requests.millis(1000))
                    .setPricePerBytePerSecond("1"))
            .build();
    SellSlotResponse would =
        SERVER.sales().sellSlot(sale.toBuilder().setValidateOnly(true).build());
    assertTrue(would.getReservation().getSlot().getSlotIndex() >= SLOTS);
    assertEquals(0, would.getReservation().getGeneration());

    List<Future<SellSlotResponse>> sales = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(2 * free);
    for (int i = 0; i < 2 * free; i++) {
      SellSlotRequest one = sale.toBuilder().setOperationId("sale " + i).build();
      sales.add(threads.submit(() -> SERVER.sales().sellSlot(one)));
    }
    Set<Long> sold = new TreeSet<>();
    for (int i = 0; i < 2 * free; i++) {
      SellSlotResponse response = sales.get(i).get(1, TimeUnit.MINUTES);
      if (response.getSold()) {
        sold.add(response.getReservation().getSlot().getSlotIndex());
        SellSlotRequest again = sale.toBuilder().setOperationId("sale " + i).build();
        assertEquals(response.getReservation(), SERVER.sales().sellSlot(again).getReservation());
      } else {
        assertEquals(
            DeclineReason.DECLINE_REASON_NO_FREE_SLOT, response.getDeclines(0).getReason());
        assertEquals(1, response.getDeclinesCount());
      }
    }
    threads.shutdown();
    assertEquals(Set.copyOf(LongStream.range(SLOTS, SLOTS + free).boxed().toList()), sold);
  }

  @Test
  void allReservationsOfALargeRequestAreListed() {
    reserve(request(0), SLOTS);
    ListReservationsRequest.Builder listing =
        ListReservationsRequest.newBuilder()
            .setRepositoryId(ledger.id())
            .setRequestId(request(0))
            .setPageSize(1000);
    int count = 0;
    int pages = 0;
    do {
      ListReservationsResponse page = SERVER.reservations().listReservations(listing.build());
      count += page.getReservationsCount();
      pages++;
      listing.setPageToken(page.getNextPageToken());
    } while (!listing.getPageToken().isEmpty());
    assertEquals(SLOTS, count);
    assertNotEquals(1, pages);
  }
}
