package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Seed;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ObservedSlot;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.Slot;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Observations as large as they come, of as many reservations, while another caller goes on. It
 * prints how long each took, and how long that caller waited at most. The long form is {@code mvn
 * -pl integration-tests -am verify -Dtest=LargeReconcileTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dholdfast.reconcile.slots=100000
 * -Dholdfast.server.heap=512m}.
 */
class LargeReconcileTest {
  private static final int SLOTS = Integer.getInteger("holdfast.reconcile.slots", 5000);
  private static final int SLOTS_AN_APPLY = 5000;
  private static final long AMOUNT_BYTES = 1 << 20;

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private final Random random = Seed.random();
  private final RepositoryFixture ledger = RepositoryFixture.of(SERVER, Long.MAX_VALUE);

  private List<Slot> newSlots(int count) {
    List<Slot> slots = new ArrayList<>();
    byte[] hash = new byte[32];
    while (slots.size() < count) {
      random.nextBytes(hash);
      slots.add(Requests.slot("0x" + HexFormat.of().formatHex(hash), slots.size() % 9));
    }
    return slots;
  }

  private void reserve(List<Slot> slots, boolean fill) {
    for (int from = 0; from < slots.size(); from += SLOTS_AN_APPLY) {
      ApplyRequest.Builder apply = ApplyRequest.newBuilder().setRepositoryId(ledger.id());
      for (Slot slot : slots.subList(from, Math.min(slots.size(), from + SLOTS_AN_APPLY))) {
        apply.addOperations(Requests.operation(ledger.reserving(slot, AMOUNT_BYTES, "op").build()));
        if (fill) {
          apply.addOperations(Requests.operation(Requests.fillSlot("", slot, 0, "")));
        }
      }
      assertTrue(
          SERVER.reservations().apply(apply.build()).getResultsList().stream()
              .noneMatch(OperationResult::hasError));
    }
  }

  private static List<ObservedSlot> observe(List<Slot> slots) {
    return slots.stream().map(slot -> Reconciler.observed(slot, AMOUNT_BYTES)).toList();
  }

  /** Runs dry, then for good, and sees both answer the same. */
  private ReconcileResponse reconcile(String what, List<Slot> observed) throws Exception {
    List<ObservedSlot> slots = observe(observed);
    ReconcileHeader header =
        ReconcileHeader.newBuilder()
            .setRepositoryId(ledger.id())
            .setAsOfRevision(ledger.available().getRevision())
            .build();
    ReconcileResponse dry =
        timed(
            what + ", dry", () -> Reconciler.reconcile(SERVER.stubs(), withDryRun(header), slots));
    ReconcileResponse done = timed(what, () -> Reconciler.reconcile(SERVER.stubs(), header, slots));
    assertEquals(dry, done);
    assertTrue(ledger.verify().getConsistent());
    return done;
  }

  private static ReconcileHeader withDryRun(ReconcileHeader header) {
    return header.toBuilder().setDryRun(true).build();
  }

  private static ReconcileResponse timed(String what, Supplier<ReconcileResponse> call)
      throws Exception {
    OtherCaller other = new OtherCaller(SERVER);
    ReconcileResponse response;
    long micros;
    try {
      other.awaitCalls(10);
      long start = System.nanoTime();
      response = call.get();
      micros = (System.nanoTime() - start) / 1000;
    } finally {
      // Its last call may be the one that waited longest.
      other.stop();
    }
    System.out.printf(
        "reconcile of %d: %s: %.3f s; another caller's %d calls waited %.3f s at most%n",
        SLOTS, what, micros / 1e6, other.calls(), other.longestMicros() / 1e6);
    assertTrue(other.calls() > 0, "others are served");
    return response;
  }

  @Test
  void theDryRunSaysItBeforeAndOthersAreServedMeanwhile() throws Exception {
    List<Slot> held = newSlots(SLOTS);
    reserve(held.subList(0, SLOTS / 2), true);
    reserve(held.subList(SLOTS / 2, SLOTS), false);
    List<Slot> observed = new ArrayList<>(newSlots(SLOTS / 2));
    observed.addAll(held.subList(SLOTS / 4, SLOTS * 3 / 4));
    ReconcileResponse mixed = reconcile("half of it to change", observed);
    assertEquals(SLOTS / 4, mixed.getReleasedCount1());
    assertEquals(SLOTS * 3 / 4 - SLOTS / 2, mixed.getFilledCount2());
    assertEquals(SLOTS / 2, mixed.getAdoptedCount3());

    int attempts = SLOTS - SLOTS * 3 / 4;
    ReconcileResponse same = reconcile("nothing to change", observed);
    assertEquals(observed.size() + attempts, same.getUnchangedCount());
    assertEquals(mixed.getRevision(), same.getRevision());

    List<Slot> others = newSlots(SLOTS);
    ReconcileResponse replaced = reconcile("all released, as many adopted", others);
    assertEquals(observed.size(), replaced.getReleasedCount1());
    assertEquals(SLOTS, replaced.getAdoptedCount3());
    assertEquals(1000, replaced.getAdopted8Count());

    ReconcileResponse back = reconcile("released ones adopted again", observed);
    assertEquals(SLOTS, back.getReleasedCount1());
    assertEquals(observed.size(), back.getAdoptedCount3());
    assertEquals(observed.size() + attempts, ledger.verify().getReservationCount());
    SERVER.restart();
    assertTrue(ledger.verify().getConsistent());
    assertEquals(back.getRevision(), ledger.available().getRevision());
  }
}
