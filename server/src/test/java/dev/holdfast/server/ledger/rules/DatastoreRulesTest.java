package dev.holdfast.server.ledger.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.MemoryStore;
import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.rules.Outcome.PutDone;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.DeleteKey;
import dev.holdfast.server.ledger.rules.repositories.DeleteRepository;
import dev.holdfast.server.ledger.rules.repositories.PutValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the results of puts and deletes for each pair of current version and expected version. */
class DatastoreRulesTest {
  private static final String REPOSITORY = "default";

  private final MemoryStore store = new MemoryStore();

  @BeforeEach
  void makeRepository() {
    send(new CreateRepository(REPOSITORY, 10));
  }

  private Outcome send(Command command) {
    return sendAll(command).get(0);
  }

  private List<Outcome> sendAll(Command... commands) {
    return StoreRunner.run(store, List.of(commands), 7);
  }

  private static Command put(String key, @Nullable Long expectedVersion) {
    return new PutValue(
        REPOSITORY, key, new Value(key.getBytes(StandardCharsets.UTF_8)), expectedVersion);
  }

  private static Command delete(String key, @Nullable Long expectedVersion) {
    return new DeleteKey(REPOSITORY, key, expectedVersion);
  }

  private static void refused(Rejection.Reason reason, Outcome outcome) {
    assertEquals(reason, assertInstanceOf(Rejection.class, outcome).reason());
  }

  private static void mismatch(long current, Outcome outcome) {
    refused(Rejection.Reason.VERSION_MISMATCH, outcome);
    assertEquals(Long.toString(current), ((Rejection) outcome).facts().get("current_version"));
  }

  @Test
  void everyPutHasTheNextVersionOfTheRepository() {
    assertEquals(
        List.of(new PutDone(1), new PutDone(2), new PutDone(3)),
        sendAll(put("a", null), put("b", null), put("a", null)));
    assertEquals(new Outcome.DeleteDone(), send(delete("a", null)));
    assertEquals(new PutDone(4), send(put("a", null)), "not even after a delete");
    assertEquals(1, Objects.requireNonNull(store.repository(REPOSITORY)).revision());
    assertEquals(1, store.events(REPOSITORY).size());
    assertEquals(7, Objects.requireNonNull(store.entry(REPOSITORY, "a")).micros());
  }

  @Test
  void theExpectedVersionDecides() {
    mismatch(0, send(put("a", 1L)));
    assertEquals(new PutDone(1), send(put("a", 0L)));
    mismatch(1, send(put("a", 0L)));
    mismatch(1, send(put("a", 2L)));
    assertEquals(new PutDone(2), send(put("a", 1L)), "what was refused took no version");
    mismatch(2, send(delete("a", 1L)));
    mismatch(2, send(delete("a", 0L)));
    assertEquals(new Outcome.DeleteDone(), send(delete("a", 2L)));
    refused(Rejection.Reason.KEY_NOT_FOUND, send(delete("a", null)));
    refused(Rejection.Reason.KEY_NOT_FOUND, send(delete("a", 0L)));
    refused(Rejection.Reason.KEY_NOT_FOUND, send(delete("a", 2L)));
    assertNull(store.entry(REPOSITORY, "a"));
  }

  @Test
  void commandsOfABatchSeeThoseBefore() {
    List<Outcome> outcomes =
        sendAll(
            put("a", 0L),
            put("a", 1L),
            delete("a", 2L),
            put("a", 2L),
            put("a", 0L),
            new DeleteRepository(REPOSITORY),
            delete("a", 3L),
            new DeleteRepository(REPOSITORY),
            put("a", null),
            new CreateRepository(REPOSITORY, 5),
            put("a", null));
    assertEquals(new PutDone(2), outcomes.get(1));
    mismatch(0, outcomes.get(3));
    assertEquals(new PutDone(3), outcomes.get(4));
    refused(Rejection.Reason.REPOSITORY_NOT_EMPTY, outcomes.get(5));
    assertEquals("1", ((Rejection) outcomes.get(5)).facts().get("key_count"));
    assertInstanceOf(Outcome.RepositoryDone.class, outcomes.get(7));
    refused(Rejection.Reason.REPOSITORY_NOT_FOUND, outcomes.get(8));
    assertEquals(new PutDone(4), outcomes.get(10), "nor in a repository made again");
  }

  @Test
  void aLargeValueTakesAsMuchOfTheQueueAsOfTheMemory() {
    Command small = put("a", null);
    Command large = new PutValue(REPOSITORY, "a", new Value(new byte[1 << 20]), null);
    assertEquals(1, large.size());
    assertEquals((1 << 20) + Command.BASE_BYTES, large.bytes());
    assertTrue(
        Math.abs(large.bytes() - (1 << 20) - small.bytes()) <= 100, "the value alone differs");
  }
}
