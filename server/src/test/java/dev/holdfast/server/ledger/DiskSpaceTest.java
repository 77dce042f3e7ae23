package dev.holdfast.server.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Sales;
import dev.holdfast.server.ledger.rules.reconcile.Reconcile;
import dev.holdfast.server.ledger.rules.reconcile.ReconcileScope;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.DeleteKey;
import dev.holdfast.server.ledger.rules.repositories.PutValue;
import dev.holdfast.server.ledger.rules.repositories.ReleaseUnassigned;
import dev.holdfast.server.ledger.rules.repositories.ReserveUnassigned;
import dev.holdfast.server.ledger.rules.repositories.UpdateRepository;
import dev.holdfast.server.ledger.rules.sales.DeleteOffer;
import dev.holdfast.server.ledger.rules.sales.PutOffer;
import dev.holdfast.server.ledger.rules.slots.Apply;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.RenewLease;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.view.DiskSpace;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** On a disk that is nearly full, changes that need new space are rejected, and no others. */
class DiskSpaceTest {
  private static final String REPOSITORY = "default";
  private static final Map<String, String> FACTS =
      Map.of("outcome", "not_applied", "free_bytes", "99", "required_bytes", "100");

  private final MemoryStore store = new MemoryStore();
  private final NotedWatch watch = new NotedWatch();
  private final Ledger ledger = new Ledger(store, new StandingClock(new AtomicLong(1)), 100, watch);

  @BeforeEach
  void start() {
    ledger.start();
    ledger.run(new CreateRepository(REPOSITORY, 1000));
  }

  @AfterEach
  void close() {
    ledger.close();
  }

  private static ReserveSlot reserve(int index) {
    return new ReserveSlot(REPOSITORY, new Slot("request", index), 1, 5_000_000, "op" + index);
  }

  private static ReleaseSlot release(int index) {
    return new ReleaseSlot(
        REPOSITORY, new Slot("request", index), 0, ReleaseReason.ATTEMPT_FAILED, "");
  }

  private static Reconcile reconcile(List<Slot> released, List<Reconcile.Observed> observed) {
    return new Reconcile(new ReconcileScope(REPOSITORY, 1, true), released, observed, 0);
  }

  private void assertAccepted(Command command) {
    assertInstanceOf(Outcome.Done.class, ledger.run(command), command::toString);
  }

  private void assertRejected(Command command) {
    Rejection rejection = assertInstanceOf(Rejection.class, ledger.run(command), command::toString);
    assertEquals(Rejection.Reason.STORE_UNAVAILABLE, rejection.reason());
    assertEquals(FACTS, rejection.facts());
  }

  @Test
  void onlyWhatNeedsNewSpaceIsRejectedUntilThereIsSome() {
    for (int i = 0; i < 8; i++) {
      assertAccepted(reserve(i));
    }
    assertAccepted(new ReserveUnassigned(REPOSITORY, 5, "unassigned"));
    assertAccepted(new PutOffer(REPOSITORY, "offer", Sales.terms(0, 1)));
    assertAccepted(new PutValue(REPOSITORY, "key", new Value(new byte[1]), null));
    long before = revision();

    List<Command> needing =
        List.of(
            reserve(100),
            Sales.sell(REPOSITORY, "sold", 1, 1, "", 1),
            new ReserveUnassigned(REPOSITORY, 1, ""),
            reconcile(List.of(), List.of(new Reconcile.Observed(new Slot("adopted", 0), 1))),
            new PutOffer(REPOSITORY, "another", Sales.terms(0, 1)),
            new PutValue(REPOSITORY, "key", new Value(new byte[1]), null),
            new CreateRepository("another", 1));
    ledger.noteDiskSpace(new DiskSpace(99, 100));
    needing.forEach(this::assertRejected);
    assertEquals(before, revision(), "something was changed");

    // Repeated operations get their answers, and a question changes nothing.
    assertAccepted(reserve(0));
    assertAccepted(new ReserveUnassigned(REPOSITORY, 5, "unassigned"));
    assertAccepted(Sales.validating(Sales.sell(REPOSITORY, "sold", 1, 1, "", 1)));
    assertEquals(before, revision());

    assertAccepted(release(0));
    assertAccepted(new FillSlot(REPOSITORY, new Slot("request", 1), 0, ""));
    assertAccepted(new RenewLease(REPOSITORY, new Slot("request", 2), 0, 9_000_000));
    assertAccepted(new ReleaseUnassigned(REPOSITORY, 1, ""));
    assertAccepted(new UpdateRepository(REPOSITORY, 2000));
    assertAccepted(new DeleteOffer(REPOSITORY, "offer"));
    assertAccepted(new DeleteKey(REPOSITORY, "key", null));
    assertAccepted(reconcile(List.of(new Slot("request", 3)), List.of()));
    assertAccepted(new EndRequest(REPOSITORY, "request", ""));

    ledger.noteDiskSpace(new DiskSpace(100, 100));
    needing.subList(0, 2).forEach(this::assertAccepted);
  }

  @Test
  void ofAnApplyOnlyTheStepsThatNeedNewSpaceAreRejected() {
    assertAccepted(reserve(0));
    assertAccepted(reserve(1));
    ledger.noteDiskSpace(new DiskSpace(99, 100));
    Outcome.ApplyDone some =
        assertInstanceOf(
            Outcome.ApplyDone.class,
            ledger.run(new Apply(REPOSITORY, List.of(release(0), reserve(2)), false)));
    assertInstanceOf(Outcome.SlotReleaseDone.class, some.outcomes().get(0));
    Rejection step = assertInstanceOf(Rejection.class, some.outcomes().get(1));
    assertEquals(FACTS, step.facts());

    long before = revision();
    Rejection atomic =
        assertInstanceOf(
            Rejection.class,
            ledger.run(new Apply(REPOSITORY, List.of(release(1), reserve(2)), true)));
    assertEquals(Rejection.Reason.STORE_UNAVAILABLE, atomic.reason());
    assertEquals(
        Map.of(
            "outcome", "not_applied",
            "free_bytes", "99",
            "required_bytes", "100",
            "operation_index", "1"),
        atomic.facts());
    assertEquals(before, revision());
  }

  @Test
  void aGenerationFromTheFutureIsReportedAndAnsweredAsEver() {
    assertAccepted(reserve(0));
    assertAccepted(release(0));
    long revision = revision();
    for (Command command :
        List.of(
            new ReleaseSlot(
                REPOSITORY, new Slot("request", 0), revision + 7, ReleaseReason.ATTEMPT_FAILED, ""),
            new FillSlot(REPOSITORY, new Slot("other", 0), revision + 8, ""),
            new RenewLease(REPOSITORY, new Slot("other", 0), revision + 9, 1))) {
      Rejection rejection = assertInstanceOf(Rejection.class, ledger.run(command));
      assertTrue(
          List.of(Rejection.Reason.GENERATION_MISMATCH, Rejection.Reason.RESERVATION_NOT_FOUND)
              .contains(rejection.reason()),
          rejection::toString);
    }
    var unused =
        ledger.run(
            new Apply(
                REPOSITORY,
                List.of(
                    release(1), new FillSlot(REPOSITORY, new Slot("other", 0), revision + 10, "")),
                false));
    assertEquals(
        List.of(7, 8, 9, 10).stream()
            .map(more -> "default is at " + revision + ", but " + (revision + more) + " was named")
            .toList(),
        watch.notes());
    var reached = ledger.run(new FillSlot(REPOSITORY, new Slot("request", 0), revision, ""));
    assertFalse(reached instanceof Outcome.Done);
    assertEquals(4, watch.notes().size(), "a generation that was reached is no news");
  }

  private long revision() {
    var repository = ledger.reads().repository(REPOSITORY);
    assertNotNull(repository);
    return repository.revision();
  }
}
