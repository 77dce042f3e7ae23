package dev.holdfast.server.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.engine.LedgerStore.CommitOutcome;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What callers are told where other servers change the store, and connections break. */
class ConflictsTest {
  private final SharedStore store = new SharedStore();
  private final AtomicLong nowMicros = new AtomicLong(1);
  private final NotedWatch watch = new NotedWatch();
  private final Queue<Runnable> committing = new ArrayDeque<>();
  private final List<Integer> pauses = new ArrayList<>();
  private long microsPerPause = 1;
  private final Ledger ledger =
      SimulatedLedger.start(
          store, new StandingClock(nowMicros), watch, committing::add, this::pause);

  private static IOException lost() {
    return new IOException("the connection was lost");
  }

  private void pause(int attempts) {
    pauses.add(attempts);
    nowMicros.addAndGet(microsPerPause);
  }

  private Outcome create() {
    List<Outcome> outcomes = new ArrayList<>();
    ledger.submit(
        new CreateRepository("default", 10),
        new Ledger.Caller() {
          @Override
          public boolean abandoned() {
            return false;
          }

          @Override
          public void answer(Outcome outcome) {
            outcomes.add(outcome);
          }
        });
    while (!committing.isEmpty()) {
      committing.remove().run();
    }
    assertEquals(1, outcomes.size());
    return outcomes.get(0);
  }

  private @Nullable String outcomeOf(Outcome outcome) {
    return assertInstanceOf(Rejection.class, outcome).facts().get("outcome");
  }

  @Test
  void aBatchThatConflictsIsDecidedAgain() {
    store.failCommits(
        StoreException.conflict("cannot commit", lost()),
        StoreException.conflict("cannot commit", lost()));
    assertInstanceOf(Outcome.RepositoryDone.class, create());
    assertEquals(List.of(1, 2), pauses);
    assertEquals(List.of(), watch.notes());
  }

  @Test
  void afterSomeAttemptsTheCallersAreToldThatNothingWasChanged() {
    store.failCommits(endlessly(StoreException.conflict("cannot commit", lost())));
    assertEquals("not_applied", outcomeOf(create()));
    assertEquals(11, pauses.size());
  }

  @Test
  void noBatchIsTriedForLongerThanSomeSeconds() {
    microsPerPause = 3_000_000;
    store.failCommits(endlessly(StoreException.conflict("cannot commit", lost())));
    assertEquals("not_applied", outcomeOf(create()));
    assertEquals(2, pauses.size());
  }

  @Test
  void aCommitThatHappenedIsToldAsSuch() {
    store.failCommits(StoreException.unknown("cannot commit", lost()));
    store.answer(CommitOutcome.COMMITTED);
    List<String> told = new ArrayList<>();
    ledger.follow(
        new CommitListener() {
          @Override
          public void committed(String repositoryId, List<Event> events) {
            told.add(repositoryId + " " + events.size());
          }

          @Override
          public void commitOutcomeUnknown() {
            told.add("unknown");
          }
        });
    assertInstanceOf(Outcome.RepositoryDone.class, create());
    assertEquals(1, store.asked());
    assertEquals(List.of("default 1"), told);
    assertEquals(List.of(), watch.notes());
  }

  @Test
  void aCommitThatDidNotHappenIsMadeAgain() {
    store.failCommits(StoreException.unknown("cannot commit", lost()));
    store.answer(CommitOutcome.NOT_COMMITTED);
    assertInstanceOf(Outcome.RepositoryDone.class, create());
    assertEquals(List.of(1), pauses);
  }

  @Test
  void onlyWhereTheEngineCannotBeReachedTheOutcomeStaysUnknown() {
    microsPerPause = 3_000_000;
    store.failCommits(StoreException.unknown("cannot commit", lost()));
    assertEquals("unknown", outcomeOf(create()));
    assertEquals(7, store.asked());
    assertTrue(watch.notes().contains("store failed"));
  }

  private static StoreException[] endlessly(StoreException failure) {
    return Collections.nCopies(100, failure).toArray(StoreException[]::new);
  }
}
