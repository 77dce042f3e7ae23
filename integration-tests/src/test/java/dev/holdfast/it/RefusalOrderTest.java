package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.DatastoreServiceDeleteRequest;
import dev.holdfast.v1.DatastoreServicePutRequest;
import dev.holdfast.v1.DeleteRepositoryRequest;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.ReleaseRequest;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReserveRequest;
import dev.holdfast.v1.Slot;
import dev.holdfast.v1.UpdateRepositoryRequest;
import dev.holdfast.v1.WatchEventsRequest;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Where several refusals apply, the contract says which one is told: bad arguments, the repository,
 * the operation id, the generation, the state.
 */
class RefusalOrderTest {
  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private static final Slot SLOT = Ledger.slot("order", 1);
  private static final long UNKNOWN_GENERATION = 999;
  private static final Ledger NOWHERE = new Ledger(SERVER, "nowhere");

  private Ledger ledger;

  @BeforeEach
  void makeRepository() {
    ledger = Ledger.of(SERVER, 1000);
  }

  private static void reconcile(ReconcileHeader.Builder header) {
    ReconcileRequest first = ReconcileRequest.newBuilder().setHeader(header).build();
    Reconciler.send(SERVER.stubs(), List.of(first));
  }

  private void reserveUnassigned(long amountBytes, String operationId) {
    var unused =
        SERVER
            .repositories()
            .reserve(
                ReserveRequest.newBuilder()
                    .setRepositoryId(ledger.id())
                    .setAmountBytes(amountBytes)
                    .setOperationId(operationId)
                    .build());
  }

  private void releaseUnassigned(long amountBytes, String operationId) {
    var unused =
        SERVER
            .repositories()
            .release(
                ReleaseRequest.newBuilder()
                    .setRepositoryId(ledger.id())
                    .setAmountBytes(amountBytes)
                    .setOperationId(operationId)
                    .build());
  }

  @Test
  void badArgumentsComeBeforeTheRepository() {
    Refused.with("INVALID_ARGUMENT", () -> NOWHERE.reserve(SLOT, 0, ""));
    Refused.with("INVALID_ARGUMENT", () -> NOWHERE.fill(SLOT, -1, ""));
    Refused.with("INVALID_ARGUMENT", () -> NOWHERE.renew(SLOT, 1, Duration.getDefaultInstance()));
    Refused.with("INVALID_ARGUMENT", () -> NOWHERE.release(SLOT, -1, ""));
    Refused.with("INVALID_ARGUMENT", () -> NOWHERE.end("", ""));
    Refused.with(
        "INVALID_ARGUMENT", () -> new Shop(NOWHERE).sell(Shop.selling("nowhere", "r", 0, "")));
    Refused.with("INVALID_ARGUMENT", () -> new Shop(NOWHERE).put(Shop.offer("")));
    Refused.with(
        "EMPTY_OBSERVATION",
        () ->
            reconcile(ReconcileHeader.newBuilder().setRepositoryId("nowhere").setAsOfRevision(1)));
    Refused.with(
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
    reserveUnassigned(10, "u");
    releaseUnassigned(10, "v");
    var unused =
        SERVER
            .repositories()
            .deleteRepository(
                DeleteRepositoryRequest.newBuilder().setRepositoryId(ledger.id()).build());
    Refused.with("REPOSITORY_NOT_FOUND", () -> ledger.reserve(SLOT, 10, "r"));
    Refused.with("REPOSITORY_NOT_FOUND", () -> ledger.fill(SLOT, 0, "r"));
    Refused.with("REPOSITORY_NOT_FOUND", () -> ledger.release(SLOT, 0, "r"));
    Refused.with("REPOSITORY_NOT_FOUND", () -> reserveUnassigned(11, "u"));
    ledger.makeAgain(1000);
    Refused.with("RESERVATION_RELEASED", () -> ledger.reserve(SLOT, 10, "r"));
    Refused.with("OPERATION_ID_REUSED", () -> reserveUnassigned(11, "u"));
  }

  @Test
  void theOperationIdComesBeforeTheGenerationAndTheState() {
    Reservation reservation = ledger.reserve(SLOT, 10, "r");
    Refused.with("OPERATION_ID_REUSED", () -> ledger.fill(SLOT, UNKNOWN_GENERATION, "r"));
    Refused.with("OPERATION_ID_REUSED", () -> ledger.release(SLOT, UNKNOWN_GENERATION, "r"));
    Refused.with("OPERATION_ID_REUSED", () -> ledger.reserve(SLOT, 5000, "r"));
    ledger.fill(SLOT, reservation.getGeneration(), "f");
    Refused.with("OPERATION_ID_REUSED", () -> ledger.release(SLOT, 0, "f"));
    reserveUnassigned(10, "u");
    Refused.with("OPERATION_ID_REUSED", () -> reserveUnassigned(5000, "u"));
    Refused.with("OPERATION_ID_REUSED", () -> releaseUnassigned(5000, "u"));
    Shop shop = new Shop(ledger);
    shop.put(Shop.offer("a"));
    shop.sell(shop.selling("sold", 10, "s"));
    shop.delete("a");
    Refused.with("OPERATION_ID_REUSED", () -> shop.sell(shop.selling("sold", 5000, "s")));
  }

  @Test
  void theGenerationComesBeforeTheState() {
    Reservation reservation = ledger.reserve(SLOT, 10, "");
    ledger.fill(SLOT, reservation.getGeneration(), "");
    Refused.with("GENERATION_MISMATCH", () -> ledger.renew(SLOT, UNKNOWN_GENERATION, Shop.HOUR));
    Refused.with("GENERATION_MISMATCH", () -> ledger.release(SLOT, UNKNOWN_GENERATION, ""));
    Refused.with("SLOT_FILLED", () -> ledger.renew(SLOT, reservation.getGeneration(), Shop.HOUR));
    Refused.with("SLOT_FILLED", () -> ledger.release(SLOT, reservation.getGeneration(), ""));
    ledger.release(
        SLOT, reservation.getGeneration(), ReleaseReason.RELEASE_REASON_REQUEST_ENDED, "");
  }

  @Test
  void ofTwoStatesOneComesFirst() {
    ledger.reserve(SLOT, 10, "");
    Refused.with("SLOT_ALREADY_RESERVED", () -> ledger.reserve(SLOT, 5000, ""));
    DatastoreServiceDeleteRequest.Builder deleting =
        DatastoreServiceDeleteRequest.newBuilder()
            .setRepositoryId(ledger.id())
            .setKey("k")
            .setExpectedVersion(7);
    Refused.with("KEY_NOT_FOUND", () -> SERVER.stubs().datastore().delete(deleting.build()));
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
    Refused.with("VERSION_MISMATCH", () -> SERVER.stubs().datastore().delete(deleting.build()));
  }

  @Test
  void anApplyThatIsNotAtomicSaysOfEachOperationThatThereIsNoRepository() {
    ApplyRequest.Builder applying = ApplyRequest.newBuilder().setRepositoryId("nowhere");
    for (long amountBytes : new long[] {10, 0, 10}) {
      applying.addOperations(
          Operation.newBuilder()
              .setReserveSlot(NOWHERE.reserving(SLOT, amountBytes, "").clearRepositoryId()));
    }
    List<String> reasons =
        SERVER.reservations().apply(applying.build()).getResultsList().stream()
            .map(OperationResult::getError)
            .map(error -> Refused.of(error).reason())
            .toList();
    assertEquals(
        List.of("REPOSITORY_NOT_FOUND", "INVALID_ARGUMENT", "REPOSITORY_NOT_FOUND"), reasons);
    Refused.with(
        "REPOSITORY_NOT_FOUND",
        () -> SERVER.reservations().apply(applying.setAtomic(true).build()));
  }

  @Test
  void spellingsOfOneSaleAreOneSale() {
    Shop shop = new Shop(ledger);
    shop.put(Shop.offer("a"));
    Reservation sold =
        shop.sell(shop.selling("r", 10, "s").addAllExcludedSlotIndexes(List.of(1L, 2L)))
            .getReservation();
    var again = shop.selling("r", 10, "s").addAllExcludedSlotIndexes(List.of(2L, 1L, 2L));
    again
        .getStorageRequestBuilder()
        .setPricePerBytePerSecond("0010")
        .setCollateralPerByte("00")
        .getDurationBuilder()
        .setSeconds(Shop.HOUR.getSeconds() - 1)
        // Not a microsecond less than the hour.
        .setNanos(999_999_001);
    assertEquals(sold, shop.sell(again).getReservation());
    assertEquals(990, ledger.available().getAvailableBytes());
  }

  @Test
  void theCapacityThatIsThereAlreadyIsNoChange() {
    long revision = ledger.available().getRevision();
    var updated =
        SERVER
            .repositories()
            .updateRepository(
                UpdateRepositoryRequest.newBuilder()
                    .setRepositoryId(ledger.id())
                    .setCapacityBytes(1000)
                    .build());
    assertEquals(revision, updated.getRepository().getRevision());
    assertTrue(revision > 0);
  }
}
