package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.common.util.concurrent.ListenableFuture;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import dev.holdfast.v1.Slot;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A call that nobody waits for any longer when its turn comes is dropped undone. */
class DroppedCallTest {
  private static final Slot FIRST = Requests.slot("first", 0);
  private static final Slot DROPPED = Requests.slot("dropped", 0);

  /** Enough round trips for the server to be at work on what was sent before them. */
  private static final int ROUND_TRIPS = 50;

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private RepositoryFixture ledger;

  @BeforeEach
  void makeRepository() {
    ledger = RepositoryFixture.of(SERVER, 1000);
  }

  @Test
  void whoseDeadlinePassed() throws Exception {
    ReserveSlotRequest late = ledger.reserving(DROPPED, 10, "late").build();
    assertDropped(
        late,
        () -> {
          StatusRuntimeException e =
              assertThrows(
                  StatusRuntimeException.class,
                  () ->
                      SERVER
                          .reservations()
                          .withDeadlineAfter(100, TimeUnit.MILLISECONDS)
                          .reserveSlot(late));
          assertEquals(Status.Code.DEADLINE_EXCEEDED, e.getStatus().getCode());
          // The server's clock for the call may be late, but not behind the caller's reset.
          goOn();
        });
  }

  @Test
  void thatWasCancelled() throws Exception {
    ReserveSlotRequest unwanted = ledger.reserving(DROPPED, 10, "unwanted").build();
    assertDropped(
        unwanted,
        () -> {
          ListenableFuture<ReserveSlotResponse> call = send(unwanted);
          goOn();
          call.cancel(true);
          goOn();
        });
  }

  private static ListenableFuture<ReserveSlotResponse> send(ReserveSlotRequest request) {
    return ReservationsServiceGrpc.newFutureStub(SERVER.stubs().channel()).reserveSlot(request);
  }

  private void goOn() {
    for (int i = 0; i < ROUND_TRIPS; i++) {
      assertEquals(1000, ledger.available().getAvailableBytes());
    }
  }

  private interface Loss {
    void happen();
  }

  /** Loses a call behind one that waits for its commit, and sees that only that one was done. */
  private void assertDropped(ReserveSlotRequest dropped, Loss loss) throws Exception {
    ListenableFuture<ReserveSlotResponse> first =
        StoreLock.during(
            SERVER.dataDir(),
            () -> {
              var waiting = send(ledger.reserving(FIRST, 1, "").build());
              goOn();
              loss.happen();
              return waiting;
            });
    assertEquals(1, first.get(60, TimeUnit.SECONDS).getReservation().getAmountBytes());
    // The writer decides this call after the dropped one.
    ledger.reserve(Requests.slot("after", 0), 1, "");
    Refusal.expect("RESERVATION_NOT_FOUND", () -> ledger.get(DROPPED));
    assertEquals(998, ledger.available().getAvailableBytes());
    assertEquals(10, ledger.reserve(dropped.toBuilder()).getAmountBytes());
  }
}
