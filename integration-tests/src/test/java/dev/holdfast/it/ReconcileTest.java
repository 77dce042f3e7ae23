package dev.holdfast.it;

import static dev.holdfast.it.Reconciler.message;
import static dev.holdfast.it.Reconciler.observed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ListReservationsRequest;
import dev.holdfast.v1.ObservedSlot;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.Slot;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Tests the reconciliation of the reservations with the slots that the chain assigns to this node.
 */
class ReconcileTest {
  private static final long CAPACITY_BYTES = 1000;

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private RepositoryFixture ledger;

  @BeforeEach
  void makeRepository() {
    ledger = RepositoryFixture.of(SERVER, CAPACITY_BYTES);
  }

  private ReconcileHeader.Builder header() {
    return ReconcileHeader.newBuilder()
        .setRepositoryId(ledger.id())
        .setAsOfRevision(ledger.available().getRevision());
  }

  private static ReconcileResponse reconcile(
      ReconcileHeader.Builder header, ObservedSlot... slots) {
    return Reconciler.reconcile(SERVER.stubs(), header.build(), List.of(slots));
  }

  private static Slot slot(long index) {
    return Requests.slot("reconcile", index);
  }

  private Reservation reserve(long index) {
    return ledger.reserve(
        ledger.reserving(slot(index), 100, "").setLease(Requests.millis(3_600_000)));
  }

  private Reservation fill(long index) {
    Reservation reserved = reserve(index);
    return ledger.fill(reserved.getSlot(), reserved.getGeneration(), "");
  }

  private List<Reservation> all() {
    return SERVER
        .reservations()
        .listReservations(ListReservationsRequest.newBuilder().setRepositoryId(ledger.id()).build())
        .getReservationsList();
  }

  @Test
  void releasesFillsAdoptsAndLeavesAloneAsTheDryRunSaid() throws Exception {
    fill(1);
    Reservation ended = fill(2);
    reserve(3);
    reserve(4);
    ReconcileHeader.Builder header = header();
    fill(5);
    reserve(6);
    ObservedSlot[] slots = {
      observed(slot(9), 500),
      observed(slot(8), 400),
      observed(slot(7), 0),
      observed(slot(3), 1),
      observed(slot(1), 0)
    };
    long revision = ledger.available().getRevision();
    ReconcileResponse dry = reconcile(header.clone().setDryRun(true), slots);
    assertEquals(revision, ledger.available().getRevision());
    ReconcileResponse done = reconcile(header, slots);

    assertEquals(dry, done);
    assertEquals(List.of(slot(2)), done.getReleased6List());
    assertEquals(List.of(slot(3)), done.getFilled7List());
    assertEquals(List.of(slot(9)), done.getAdopted8List());
    assertEquals(List.of(slot(8), slot(7)), done.getMissing9List());
    assertEquals(1, done.getReleasedCount1());
    assertEquals(1, done.getFilledCount2());
    assertEquals(1, done.getAdoptedCount3());
    assertEquals(2, done.getMissingCount4());
    assertEquals(4, done.getUnchangedCount());
    assertEquals(100, done.getReleasedBytes());
    assertEquals(0, done.getAvailableBytes());
    assertEquals(revision + 4, done.getRevision());
    assertEquals(done.getRevision(), ledger.available().getRevision());

    Reservation filled = ledger.get(slot(3));
    assertEquals(ReservationState.RESERVATION_STATE_FILLED, filled.getState());
    assertEquals(100, filled.getAmountBytes(), "the recorded amount stays");
    assertFalse(filled.hasLeaseExpireTime());
    Reservation adopted = ledger.get(slot(9));
    assertEquals(500, adopted.getAmountBytes());
    assertEquals(done.getRevision() - 1, adopted.getGeneration());
    assertEquals(ReservationState.RESERVATION_STATE_FILLED, adopted.getState());
    ReleaseSlotResponse late = ledger.release(slot(2), ended.getGeneration(), "late");
    assertTrue(late.getAlreadyReleased());
    assertEquals(100, late.getReleasedBytes());

    List<Reservation> before = all();
    assertTrue(ledger.verify().getConsistent());
    SERVER.restart();
    assertEquals(before, all());
    assertTrue(ledger.verify().getConsistent());
    assertTrue(ledger.release(slot(2), ended.getGeneration(), "late").getAlreadyReleased());

    ReconcileResponse again = reconcile(header, slots);
    assertEquals(0, again.getReleasedCount1() + again.getFilledCount2() + again.getAdoptedCount3());
    assertEquals(List.of(slot(8), slot(7)), again.getMissing9List());
    assertEquals(done.getRevision(), again.getRevision());
  }

  @Test
  void attemptsAreReleasedOnlyWhereTheyAreMeant() {
    reserve(1);
    ReconcileResponse left = reconcile(header(), observed(slot(2), 0));
    assertEquals(1, left.getUnchangedCount());
    ReconcileResponse done = reconcile(header().setReleaseAttempts(true), observed(slot(2), 0));
    assertEquals(List.of(slot(1)), done.getReleased6List());
    assertEquals(CAPACITY_BYTES, done.getAvailableBytes());
  }

  @Test
  void whatWasReleasedAfterTheRevisionIsNotAdopted() {
    Reservation filled = fill(1);
    ReconcileHeader.Builder header = header();
    ledger.end("reconcile", "");
    ReconcileResponse done = reconcile(header, observed(filled.getSlot(), 100));
    assertEquals(1, done.getUnchangedCount());
    assertEquals(0, done.getAdoptedCount3());
    assertEquals(CAPACITY_BYTES, ledger.available().getAvailableBytes());
  }

  @Test
  void anEmptyObservationHasToBeMeant() {
    fill(1);
    Refusal refused = Refusal.expect("EMPTY_OBSERVATION", () -> reconcile(header()));
    assertEquals(ledger.id(), refused.fact("repository_id"));
    Refusal.expect("EMPTY_OBSERVATION", () -> reconcile(header().setDryRun(true)));
    assertEquals(1, all().size());
    ReconcileResponse done = reconcile(header().setAllowEmpty(true));
    assertEquals(1, done.getReleasedCount1());
    assertEquals(List.of(), all());
  }

  @Test
  void revisionsAndRepositoriesThatAreNotThere() {
    long revision = ledger.available().getRevision();
    Refusal future =
        Refusal.expect(
            "REVISION_IN_FUTURE",
            () -> reconcile(header().setAsOfRevision(revision + 1), observed(slot(1), 1)));
    assertEquals(revision + 1, future.number("as_of_revision"));
    assertEquals(revision, future.number("revision"));
    Refusal.expect(
        "REPOSITORY_NOT_FOUND",
        () -> reconcile(header().setRepositoryId("nowhere"), observed(slot(1), 1)));
    wrong(
        "header.repository_id",
        message(header().setRepositoryId("No").build()),
        message(List.of(observed(slot(1), 1))));
    for (long none : new long[] {0, -1}) {
      wrong("header.as_of_revision", message(header().setAsOfRevision(none).build()));
    }
    assertEquals(revision, ledger.available().getRevision());
  }

  private static void wrong(String field, ReconcileRequest... messages) {
    Refusal refused =
        Refusal.expect(
            "INVALID_ARGUMENT", () -> Reconciler.send(SERVER.stubs(), List.of(messages)));
    assertEquals(List.of(field), refused.fields());
    assertTrue(refused.message().contains(field), refused.message());
  }

  @Test
  void aStreamIsOneHeaderAndThenEachSlotOnce() {
    ReconcileRequest header = message(header().build());
    ReconcileRequest some = message(List.of(observed(slot(1), 1), observed(slot(2), 1)));
    wrong("header");
    wrong("header", some);
    wrong("header", ReconcileRequest.getDefaultInstance());
    wrong("header", header, some, header);
    wrong("observed", header, some, ReconcileRequest.getDefaultInstance());
    wrong(
        "observed.slots[1].slot",
        header,
        some,
        message(List.of(observed(slot(3), 1), observed(slot(2), 7))));
    String hash = "ab".repeat(32);
    wrong(
        "observed.slots[1].slot",
        header,
        message(
            List.of(
                observed(Requests.slot(hash, 5), 1), observed(Requests.slot("0X" + hash, 5), 1))));
    wrong("observed.slots[0].slot", header, message(List.of(ObservedSlot.getDefaultInstance())));
    wrong(
        "observed.slots[0].slot.request_id",
        header,
        message(List.of(observed(Requests.slot("a b", 1), 1))));
    wrong("observed.slots[0].amount_bytes", header, message(List.of(observed(slot(1), -1))));
    assertEquals(List.of(), all());
    assertTrue(ledger.verify().getConsistent());
  }

  @Test
  void aStreamThatBreaksOffChangesNothing() {
    fill(1);
    CompletableFuture<ReconcileResponse> answer = new CompletableFuture<>();
    StreamObserver<ReconcileRequest> stream = Reconciler.open(SERVER.stubs(), answer);
    stream.onNext(message(header().build()));
    stream.onNext(message(List.of(observed(slot(2), 1))));
    stream.onError(new CancellationException("the node died"));
    assertThrows(CompletionException.class, answer::join);
    assertEquals(1, all().size());
  }

  @Test
  void theFirstThousandAreListed() {
    RepositoryFixture large = RepositoryFixture.of(SERVER, 1_000_000);
    List<ObservedSlot> slots = new ArrayList<>();
    for (int i = 2500; i > 0; i--) {
      slots.add(observed(slot(i), 10));
    }
    ReconcileHeader.Builder header =
        ReconcileHeader.newBuilder().setRepositoryId(large.id()).setAsOfRevision(1);
    ReconcileResponse done = Reconciler.reconcile(SERVER.stubs(), header.build(), slots);
    assertEquals(2500, done.getAdoptedCount3());
    assertEquals(
        slots.subList(0, 1000).stream().map(ObservedSlot::getSlot).toList(),
        done.getAdopted8List());
    header.setAsOfRevision(done.getRevision()).setAllowEmpty(true);
    ReconcileResponse none = Reconciler.reconcile(SERVER.stubs(), header.build(), List.of());
    assertEquals(2500, none.getReleasedCount1());
    assertEquals(25_000, none.getReleasedBytes());
    assertEquals(1000, none.getReleased6Count());
    assertEquals(slot(1), none.getReleased6(0), "by slot");
    assertTrue(large.verify().getConsistent());
  }
}
