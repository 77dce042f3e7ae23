package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Duration;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.Slot;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The largest batches, with the longest words. The stubs take 4 MiB and no more, so that every
 * answer that arrives here arrives everywhere.
 */
class LargeApplyTest {
  private static final int LARGEST = 10_000;
  private static final int LIMIT_BYTES = 4 * 1024 * 1024;
  private static final String LONGEST_REQUEST_ID = "r".repeat(128);
  private static final String LONGEST_OPERATION_ID = "o".repeat(64);

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private RepositoryFixture ledger;

  @BeforeEach
  void makeRepository() {
    String id = SERVER.newRepository(1);
    String longest = id + "-".repeat(63 - id.length());
    var unused =
        SERVER.repositories().createRepository(Requests.createRepository(longest, Long.MAX_VALUE));
    ledger = new RepositoryFixture(SERVER, longest);
  }

  @Test
  void tenThousandAreTakenAndAnswered() {
    ApplyResponse response = apply(LARGEST, i -> reserve(i).build());
    assertEquals(
        LARGEST,
        response.getResultsList().stream().filter(OperationResult::hasReserveSlot).count());
    assertEquals(LARGEST, ledger.verify().getReservationCount());
    assertTrue(ledger.verify().getConsistent());
  }

  @Test
  void oneMoreIsRefused() {
    Refusal refused =
        Refusal.expect("INVALID_ARGUMENT", () -> apply(LARGEST + 1, i -> reserve(i).build()));
    assertEquals(List.of("operations"), refused.fields());
    assertEquals(0, ledger.available().getReservedBytes());
  }

  @Test
  void tenThousandRefusalsAreAnswered() {
    apply(LARGEST, i -> reserve(i).build());
    allRefused("SLOT_ALREADY_RESERVED", i -> reserve(i).build());
    allRefused(
        "OPERATION_ID_REUSED", i -> named(i).setAmountBytes(7).build(), i -> named(i).build());
  }

  @Test
  void tenThousandMalformedOnesAreAnswered() {
    allRefused(
        "INVALID_ARGUMENT",
        i ->
            reserve(i)
                .setRepositoryId("Another One")
                .setSlot(Slot.newBuilder().setRequestId(" ".repeat(200)))
                .setAmountBytes(Long.MIN_VALUE)
                .setLease(Duration.getDefaultInstance())
                .setOperationId("\n")
                .build());
  }

  private void allRefused(String reason, IntFunction<ReserveSlotRequest> request) {
    ApplyResponse response = apply(LARGEST, request);
    assertTrue(response.getSerializedSize() < LIMIT_BYTES);
    for (OperationResult result : response.getResultsList()) {
      assertEquals(reason, Refusal.of(result.getError()).reason());
    }
  }

  private void allRefused(
      String reason,
      IntFunction<ReserveSlotRequest> request,
      IntFunction<ReserveSlotRequest> before) {
    apply(LARGEST, before);
    allRefused(reason, request);
  }

  private ApplyResponse apply(int count, IntFunction<ReserveSlotRequest> request) {
    ApplyRequest.Builder apply = ApplyRequest.newBuilder().setRepositoryId(ledger.id());
    for (int i = 0; i < count; i++) {
      apply.addOperations(Operation.newBuilder().setReserveSlot(request.apply(i)));
    }
    return SERVER.reservations().apply(apply.build());
  }

  /** Slots whose numbers are as long as they can be. */
  private ReserveSlotRequest.Builder reserve(int i) {
    return ledger.reserving(Requests.slot(LONGEST_REQUEST_ID, -1 - i), 100_000_000_000_000L, "");
  }

  private ReserveSlotRequest.Builder named(int i) {
    return ledger.reserving(Requests.slot("q".repeat(128), -1 - i), 1, LONGEST_OPERATION_ID);
  }
}
