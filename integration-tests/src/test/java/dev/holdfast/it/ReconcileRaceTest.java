package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ListReservationsRequest;
import dev.holdfast.v1.ObservedSlot;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Reconciles while nodes reserve, fill and release: whatever falls between the look at the chain,
 * the plan and the commit, nothing that is held is released, and nothing that ended comes back.
 */
class ReconcileRaceTest {
  private static final int NODES = 8;
  private static final int SLOTS_A_NODE = 150;

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private final RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1_000_000);

  /** The slots that the chain says are held here. */
  private final Set<Slot> chain = ConcurrentHashMap.newKeySet();

  /** Holds two slots of three for a moment, and keeps the third. */
  private void node(int number) {
    for (int i = 0; i < SLOTS_A_NODE; i++) {
      Slot slot = Requests.slot("node-" + number, i);
      Reservation reserved = ledger.reserve(slot, 10, "reserve");
      chain.add(slot);
      Reservation filled = ledger.fill(slot, reserved.getGeneration(), "fill");
      assertEquals(ReservationState.RESERVATION_STATE_FILLED, filled.getState());
      if (i % 3 != 0) {
        chain.remove(slot);
        var released =
            ledger.release(
                slot,
                reserved.getGeneration(),
                ReleaseReason.RELEASE_REASON_REQUEST_ENDED,
                "release");
        assertEquals(10, released.getReleasedBytes());
      }
    }
  }

  private ReconcileResponse reconcile() {
    ReconcileHeader header =
        ReconcileHeader.newBuilder()
            .setRepositoryId(ledger.id())
            .setAsOfRevision(ledger.available().getRevision())
            .setAllowEmpty(true)
            .build();
    List<ObservedSlot> observed =
        chain.stream().map(slot -> Reconciler.observed(slot, 10)).toList();
    return Reconciler.reconcile(SERVER.stubs(), header, observed);
  }

  @Test
  void nothingHeldIsReleasedAndNothingEndedComesBack() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(NODES);
    List<Future<?>> nodes = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      int number = i;
      nodes.add(threads.submit(() -> node(number)));
    }
    threads.shutdown();
    long rounds = 0;
    long revision = 0;
    while (!threads.isTerminated()) {
      ReconcileResponse done = reconcile();
      assertEquals(0, done.getAdoptedCount3() + done.getMissingCount4(), done::toString);
      assertTrue(done.getRevision() >= revision);
      revision = done.getRevision();
      rounds++;
    }
    for (Future<?> node : nodes) {
      node.get();
    }
    System.out.println("reconciled " + rounds + " times during " + revision + " changes");
    Set<Slot> held =
        SERVER
            .reservations()
            .listReservations(
                ListReservationsRequest.newBuilder()
                    .setRepositoryId(ledger.id())
                    .setPageSize(1000)
                    .build())
            .getReservationsList()
            .stream()
            .map(Reservation::getSlot)
            .collect(Collectors.toSet());
    assertEquals(chain, held);
    assertEquals(NODES * SLOTS_A_NODE / 3 * 10L, ledger.available().getReservedBytes());
    assertTrue(ledger.verify().getConsistent());
  }
}
