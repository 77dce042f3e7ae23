package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.example.marketplace.HeldSlot;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.AvailableRequest;
import dev.holdfast.v1.DatastoreServiceGetRequest;
import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.Event;
import dev.holdfast.v1.ListEventsRequest;
import dev.holdfast.v1.ListEventsResponse;
import dev.holdfast.v1.ListOffersRequest;
import dev.holdfast.v1.ListReservationsRequest;
import dev.holdfast.v1.ListReservationsResponse;
import dev.holdfast.v1.Offer;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.SalesServiceGrpc;
import dev.holdfast.v1.VerifyRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The ledger of a node, as anybody can read it. */
final class NodeLedger implements AutoCloseable {
  private static final List<String> KINDS =
      List.of("sold", "adopted", "attempt_failed", "request_ended", "lease_expired", "reconciled");

  private final Stubs stubs;

  NodeLedger(String target) {
    stubs = new Stubs(target);
  }

  boolean isConsistent() {
    return stubs.repositories().verify(VerifyRequest.getDefaultInstance()).getConsistent();
  }

  boolean hasNoAttempts() {
    return reservations().stream()
        .noneMatch(each -> each.getState() == ReservationState.RESERVATION_STATE_RESERVED);
  }

  /** Whether exactly these slots are filled, each with its size, and nothing else is reserved. */
  boolean holds(List<HeldSlot> expected) {
    return hasNoAttempts() && amounts(reservations()).equals(sizes(expected));
  }

  /** Fails unless exactly these slots are filled, and every sum agrees with them. */
  void check(long capacityBytes, List<HeldSlot> expected) {
    assertTrue(isConsistent());
    List<Reservation> reservations = reservations();
    assertTrue(hasNoAttempts());
    assertEquals(sizes(expected), amounts(reservations));
    long heldBytes = expected.stream().mapToLong(HeldSlot::slotSizeBytes).sum();
    assertEquals(capacityBytes - heldBytes, availableBytes());
    for (Offer offer : offers()) {
      long soldBytes =
          reservations.stream()
              .filter(each -> each.getOfferId().equals(offer.getOfferId()))
              .mapToLong(Reservation::getAmountBytes)
              .sum();
      assertEquals(soldBytes, offer.getSoldBytes(), offer.getOfferId());
    }
  }

  /** The block up to which the node says that nothing is left to do. */
  long position() {
    DatastoreServiceGetRequest key =
        DatastoreServiceGetRequest.newBuilder().setKey("position").build();
    return Long.parseLong(
        DatastoreServiceGrpc.newBlockingStub(stubs.channel()).get(key).getValue().toStringUtf8());
  }

  long availableBytes() {
    return stubs
        .repositories()
        .available(AvailableRequest.getDefaultInstance())
        .getAvailableBytes();
  }

  /** How many reservations came to be and to their ends, and how, as {@code name=value} words. */
  String story() {
    Map<String, Long> counts = new LinkedHashMap<>();
    for (String kind : KINDS) {
      counts.put(kind, 0L);
    }
    ListEventsRequest.Builder page = ListEventsRequest.newBuilder().setPageSize(1000);
    do {
      ListEventsResponse answer = stubs.reservations().listEvents(page.build());
      answer.getEventsList().stream()
          .filter(event -> event.hasReserved() || event.hasReleased())
          .forEach(event -> counts.merge(kind(event), 1L, Long::sum));
      page.setPageToken(answer.getNextPageToken());
    } while (!page.getPageToken().isEmpty());
    return counts.entrySet().stream().map(Object::toString).collect(Collectors.joining(" "));
  }

  private static String kind(Event event) {
    if (event.hasReserved()) {
      return event.getReserved().getReservation().getOfferId().isEmpty() ? "adopted" : "sold";
    }
    String reason = event.getReleased().getReason().name();
    return reason.replace("RELEASE_REASON_", "").toLowerCase(Locale.ROOT);
  }

  private List<Reservation> reservations() {
    List<Reservation> all = new ArrayList<>();
    ListReservationsRequest.Builder page = ListReservationsRequest.newBuilder().setPageSize(1000);
    do {
      ListReservationsResponse answer = stubs.reservations().listReservations(page.build());
      all.addAll(answer.getReservationsList());
      page.setPageToken(answer.getNextPageToken());
    } while (!page.getPageToken().isEmpty());
    return all;
  }

  private List<Offer> offers() {
    return SalesServiceGrpc.newBlockingStub(stubs.channel())
        .listOffers(ListOffersRequest.getDefaultInstance())
        .getOffersList();
  }

  private static Map<String, Long> amounts(List<Reservation> reservations) {
    return reservations.stream()
        .collect(
            Collectors.toMap(
                each -> each.getSlot().getRequestId() + "/" + each.getSlot().getSlotIndex(),
                Reservation::getAmountBytes));
  }

  private static Map<String, Long> sizes(List<HeldSlot> slots) {
    return slots.stream()
        .collect(
            Collectors.toMap(
                each -> each.requestId() + "/" + each.slotIndex(), HeldSlot::slotSizeBytes));
  }

  @Override
  public void close() {
    stubs.close();
  }
}
