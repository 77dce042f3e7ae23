package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.junit.SalesFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.DatastoreServiceDeleteRequest;
import dev.holdfast.v1.DatastoreServicePutRequest;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.Slot;
import dev.holdfast.v1.WatchEventsRequest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Tests which rejection the server returns if several apply. The contract sets the order: invalid
 * arguments, the repository, the operation id, the generation, the state.
 */
class RefusalOrderTest {
  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private static final Slot SLOT = Requests.slot("order", 1);
  private static final long UNKNOWN_GENERATION = 999;
  private static final RepositoryFixture NOWHERE = new RepositoryFixture(SERVER, "nowhere");

  private RepositoryFixture ledger;

  @BeforeEach
  void makeRepository() {
    ledger = RepositoryFixture.of(SERVER, 1000);
  }

  private static void reconcile(ReconcileHeader.Builder header) {
    ReconcileRequest first = ReconcileRequest.newBuilder().setHeader(header).build();
    Reconciler.send(SERVER.stubs(), List.of(first));
  }

  @Test
  void badArgumentsComeBeforeTheRepository() {
    Refusal.expect("INVALID_ARGUMENT", () -> NOWHERE.reserve(SLOT, 0, ""));
    Refusal.expect("INVALID_ARGUMENT", () -> NOWHERE.fill(SLOT, -1, ""));
    Refusal.expect("INVALID_ARGUMENT", () -> NOWHERE.renew(SLOT, 1, Duration.getDefaultInstance()));
    Refusal.expect("INVALID_ARGUMENT", () -> NOWHERE.release(SLOT, -1, ""));
    Refusal.expect("INVALID_ARGUMENT", () -> NOWHERE.end("", ""));
    Refusal.expect(
        "INVALID_ARGUMENT",
        () -> new SalesFixture(NOWHERE).sell(SalesFixture.selling("nowhere", "r", 0, "")));
    Refusal.expect("INVALID_ARGUMENT", () -> new SalesFixture(NOWHERE).put(SalesFixture.offer("")));
    Refusal.expect(
        "EMPTY_OBSERVATION",
        () ->
            reconcile(ReconcileHeader.newBuilder().setRepositoryId("nowhere").setAsOfRevision(1)));
    Refusal.expect(
        "INVALID_ARGUMENT",
        () ->
            SERVER
                .reservations()
                .watchEvents(
                    WatchEventsRequest.newBuilder()
                        .setRepositoryId("nowhere")
                        .setAfterRevision(-1)
                        .build())
                .next());
  }

  @Test
  void theRepositoryComesBeforeTheOperationId() {
    Reservation first = ledger.reserve(SLOT, 10, "r");
    ledger.release(SLOT, first.getGeneration(), "x");
    ledger.reserveUnassigned(10, "u");
    ledger.releaseUnassigned(10, "v");
    ledger.delete();
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> ledger.reserve(SLOT, 10, "r"));
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> ledger.fill(SLOT, 0, "r"));
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> ledger.release(SLOT, 0, "r"));
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> ledger.reserveUnassigned(11, "u"));
    ledger.create(1000);
    Refusal.expect("RESERVATION_RELEASED", () -> ledger.reserve(SLOT, 10, "r"));
    Refusal.expect("OPERATION_ID_REUSED", () -> ledger.reserveUnassigned(11, "u"));
  }

  @Test
  void theOperationIdComesBeforeTheGenerationAndTheState() {
    Reservation reservation = ledger.reserve(SLOT, 10, "r");
    Refusal.expect("OPERATION_ID_REUSED", () -> ledger.fill(SLOT, UNKNOWN_GENERATION, "r"));
    Refusal.expect("OPERATION_ID_REUSED", () -> ledger.release(SLOT, UNKNOWN_GENERATION, "r"));
    Refusal.expect("OPERATION_ID_REUSED", () -> ledger.reserve(SLOT, 5000, "r"));
    ledger.fill(SLOT, reservation.getGeneration(), "f");
    Refusal.expect("OPERATION_ID_REUSED", () -> ledger.release(SLOT, 0, "f"));
    ledger.reserveUnassigned(10, "u");
    Refusal.expect("OPERATION_ID_REUSED", () -> ledger.reserveUnassigned(5000, "u"));
    Refusal.expect("OPERATION_ID_REUSED", () -> ledger.releaseUnassigned(5000, "u"));
    SalesFixture shop = new SalesFixture(ledger);
    shop.put(SalesFixture.offer("a"));
    shop.sell(shop.selling("sold", 10, "s"));
    shop.delete("a");
    Refusal.expect("OPERATION_ID_REUSED", () -> shop.sell(shop.selling("sold", 5000, "s")));
  }

  @Test
  void theGenerationComesBeforeTheState() {
    Reservation reservation = ledger.reserve(SLOT, 10, "");
    ledger.fill(SLOT, reservation.getGeneration(), "");
    Refusal.expect(
        "GENERATION_MISMATCH", () -> ledger.renew(SLOT, UNKNOWN_GENERATION, SalesFixture.HOUR));
    Refusal.expect("GENERATION_MISMATCH", () -> ledger.release(SLOT, UNKNOWN_GENERATION, ""));
    Refusal.expect(
        "SLOT_FILLED", () -> ledger.renew(SLOT, reservation.getGeneration(), SalesFixture.HOUR));
    Refusal.expect("SLOT_FILLED", () -> ledger.release(SLOT, reservation.getGeneration(), ""));
    ledger.release(
        SLOT, reservation.getGeneration(), ReleaseReason.RELEASE_REASON_REQUEST_ENDED, "");
  }

  @Test
  void ofTwoStatesOneComesFirst() {
    ledger.reserve(SLOT, 10, "");
    Refusal.expect("SLOT_ALREADY_RESERVED", () -> ledger.reserve(SLOT, 5000, ""));
    DatastoreServiceDeleteRequest.Builder deleting =
        DatastoreServiceDeleteRequest.newBuilder()
            .setRepositoryId(ledger.id())
            .setKey("k")
            .setExpectedVersion(7);
    Refusal.expect("KEY_NOT_FOUND", () -> SERVER.stubs().datastore().delete(deleting.build()));
    var unused =
        SERVER
            .stubs()
            .datastore()
            .put(
                DatastoreServicePutRequest.newBuilder()
                    .setRepositoryId(ledger.id())
                    .setKey("k")
                    .setValue(ByteString.EMPTY)
                    .build());
    Refusal.expect("VERSION_MISMATCH", () -> SERVER.stubs().datastore().delete(deleting.build()));
  }

  @Test
  void anApplyThatIsNotAtomicSaysOfEachOperationThatThereIsNoRepository() {
    ApplyRequest.Builder applying = ApplyRequest.newBuilder().setRepositoryId("nowhere");
    for (long amountBytes : new long[] {10, 0, 10}) {
      applying.addOperations(
          Requests.operation(NOWHERE.reserving(SLOT, amountBytes, "").clearRepositoryId().build()));
    }
    List<String> reasons =
        SERVER.reservations().apply(applying.build()).getResultsList().stream()
            .map(OperationResult::getError)
            .map(error -> Refusal.of(error).reason())
            .toList();
    assertEquals(
        List.of("REPOSITORY_NOT_FOUND", "INVALID_ARGUMENT", "REPOSITORY_NOT_FOUND"), reasons);
    Refusal.expect(
        "REPOSITORY_NOT_FOUND",
        () -> SERVER.reservations().apply(applying.setAtomic(true).build()));
  }

  @Test
  void spellingsOfOneSaleAreOneSale() {
    SalesFixture shop = new SalesFixture(ledger);
    shop.put(SalesFixture.offer("a"));
    Reservation sold =
        shop.sell(shop.selling("r", 10, "s").addAllExcludedSlotIndexes(List.of(1L, 2L)))
            .getReservation();
    var again = shop.selling("r", 10, "s").addAllExcludedSlotIndexes(List.of(2L, 1L, 2L));
    again
        .getStorageRequestBuilder()
        .setPricePerBytePerSecond("0010")
        .setCollateralPerByte("00")
        .getDurationBuilder()
        .setSeconds(SalesFixture.HOUR.getSeconds() - 1)
        // Not a microsecond less than the hour.
        .setNanos(999_999_001);
    assertEquals(sold, shop.sell(again).getReservation());
    assertEquals(990, ledger.available().getAvailableBytes());
  }

  @Test
  void theCapacityThatIsThereAlreadyIsNoChange() {
    long revision = ledger.available().getRevision();
    var updated =
        SERVER.repositories().updateRepository(Requests.updateRepository(ledger.id(), 1000));
    assertEquals(revision, updated.getRepository().getRevision());
    assertTrue(revision > 0);
  }
}
