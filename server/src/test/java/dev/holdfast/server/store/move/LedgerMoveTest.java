package dev.holdfast.server.store.move;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Entry;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.repositories.UpdateRepository;
import dev.holdfast.server.store.RandomCommands;
import dev.holdfast.server.store.postgresql.PostgresContents;
import dev.holdfast.server.store.postgresql.PostgresStore;
import dev.holdfast.server.store.postgresql.PostgresTarget;
import dev.holdfast.server.store.postgresql.TestDatabase;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.directory.EmptyDirectory;
import dev.holdfast.server.store.sqlite.mark.HighWaterMark;
import dev.holdfast.server.store.sqlite.move.SqliteContents;
import dev.holdfast.server.store.sqlite.move.SqliteTarget;
import dev.holdfast.testing.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A move is complete and compared, or it left nothing. */
class LedgerMoveTest {
  private static final String HOLDER = "test";
  private static final int BATCHES = 40;

  @TempDir private Path temp = Path.of("");

  private Path from = Path.of("");
  private Path to = Path.of("");

  @BeforeEach
  void fill() throws IOException {
    from = temp.resolve("from");
    to = temp.resolve("to");
    Random random = new Random(Seed.VALUE);
    RandomCommands commands = new RandomCommands(random, 12);
    try (DataDirectory held = DataDirectory.hold(from, HOLDER);
        SqliteStore store = SqliteStore.open(held.database(), LedgerMoveTest::fail)) {
      for (int i = 1; i <= BATCHES; i++) {
        commands.learn(StoreRunner.run(store, commands.next(random.nextInt(1, 30)), 1000L * i));
      }
      HighWaterMark.keep(held, store, LedgerMoveTest::fail, () -> 1_000_000).close();
    }
  }

  private static void fail(StoreException e) {
    throw e;
  }

  private LedgerContents source() throws IOException {
    return SqliteContents.open(from, HOLDER, LedgerMoveTest::fail);
  }

  private LedgerTarget target() throws IOException {
    return SqliteTarget.open(to, HOLDER, 1, LedgerMoveTest::fail);
  }

  private void clearMark() throws IOException {
    Files.delete(from.resolve("holdfast.moved"));
  }

  private RecordedContents contents() throws IOException {
    RecordedContents recorded = new RecordedContents();
    try (LedgerContents source = source()) {
      source.visit(recorded, MoveProgress.NONE);
    }
    return recorded;
  }

  private static ContentsDigest digest(LedgerContents contents) {
    ContentsDigest digest = new ContentsDigest();
    contents.visit(digest, MoveProgress.NONE);
    return digest;
  }

  @Test
  void eachLostRowIsADifference() throws IOException {
    RecordedContents all = contents();
    ContentsDigest expected = digest(all);
    for (ContentsDigest.Kind kind : ContentsDigest.Kind.values()) {
      assertTrue(expected.count(kind) > 0, kind + " are in the contents");
    }
    for (int row = 0; row < all.rowCount(); row++) {
      String difference = expected.difference(digest(all.without(row)));
      assertTrue(difference != null, "row " + row);
    }
    assertNull(expected.difference(digest(all)));
  }

  @Test
  void eachFieldOfAnEntryCounts() {
    Entry entry = new Entry("key", new Value(new byte[] {1}), 2, 3);
    ContentsDigest expected = ofEntry("default", entry);
    for (ContentsDigest other :
        List.of(
            ofEntry("other", entry),
            ofEntry("default", new Entry("other", entry.value(), 2, 3)),
            ofEntry("default", new Entry("key", new Value(new byte[] {4}), 2, 3)),
            ofEntry("default", new Entry("key", entry.value(), 4, 3)),
            ofEntry("default", new Entry("key", entry.value(), 2, 4)))) {
      assertTrue(expected.difference(other) != null);
    }
  }

  private static ContentsDigest ofEntry(String repositoryId, Entry entry) {
    ContentsDigest digest = new ContentsDigest();
    digest.entry(repositoryId, entry);
    return digest;
  }

  @Test
  void aCopyThatDiffersIsNoLedger() throws IOException {
    RecordedContents source = contents();
    Lossy lossy = new Lossy(source.without(source.rowCount() / 2));
    MoveException refused =
        assertThrows(MoveException.class, () -> LedgerMove.run(source, lossy, MoveProgress.NONE));
    assertTrue(String.valueOf(refused.getMessage()).contains("the copy differs"));
    assertFalse(lossy.committed);
  }

  /** A target that stores something else than it received. */
  private static final class Lossy extends LedgerTarget {
    private final LedgerContents stored;
    private boolean committed;

    Lossy(LedgerContents stored) {
      this.stored = stored;
    }

    @Override
    public void ledger(long firstRevision, long servedMicros) {}

    @Override
    public void repository(StoredRepository repository) {}

    @Override
    public void served(long servedMicros) {}

    @Override
    protected void write(RepositoryPart complete) {}

    @Override
    public LedgerContents written() {
      return stored;
    }

    @Override
    public void commit() {
      committed = true;
    }

    @Override
    public String location() {
      return "nowhere";
    }

    @Override
    public void close() {}
  }

  private static void cutOffComparison(String part, long done, long total) {
    if (part.startsWith("comparing")) {
      throw new RecordedContents.CutOff();
    }
  }

  @Test
  void aMoveThatWasCutOffLeavesNothingAndCanBeRepeated() throws IOException {
    RecordedContents contents = contents();
    List<Integer> cuts =
        new ArrayList<>(List.of(0, 1, contents.rowCount() / 2, contents.rowCount()));
    cuts.add(new Random(Seed.VALUE).nextInt(contents.rowCount()));
    TestDatabase database = TestDatabase.create();
    for (int rows : cuts) {
      try (LedgerTarget target = target()) {
        assertThrows(
            RecordedContents.CutOff.class,
            () -> LedgerMove.run(contents.failingAfter(rows), target, MoveProgress.NONE));
      }
      assertNull(EmptyDirectory.obstacle(to));
      assertFalse(Files.exists(DataDirectory.unfinished(to)));
      try (LedgerTarget target = PostgresTarget.open(database.settings())) {
        assertThrows(
            RecordedContents.CutOff.class,
            () -> LedgerMove.run(contents.failingAfter(rows), target, MoveProgress.NONE));
      }
      assertEquals(0, database.number("SELECT count(*) FROM repositories"));
      assertEquals(0, database.number("SELECT count(*) FROM events"));
      assertEquals(0, database.number("SELECT count(*) FROM served_notes"));
    }
    for (LedgerTarget target : List.of(target(), PostgresTarget.open(database.settings()))) {
      try (target) {
        // When all rows are in the target.
        assertThrows(
            RecordedContents.CutOff.class,
            () -> LedgerMove.run(contents, target, LedgerMoveTest::cutOffComparison));
      }
    }
    assertNull(EmptyDirectory.obstacle(to));
    assertEquals(0, database.number("SELECT count(*) FROM repositories"));
    for (LedgerTarget target : List.of(target(), PostgresTarget.open(database.settings()))) {
      try (target;
          LedgerContents source = source()) {
        ContentsDigest moved = LedgerMove.run(source, target, MoveProgress.NONE);
        assertNull(moved.difference(digest(contents)));
      }
      clearMark();
    }
    MoveException directory = assertThrows(MoveException.class, this::target);
    assertTrue(String.valueOf(directory.getMessage()).contains("is not empty"));
    MoveException full =
        assertThrows(MoveException.class, () -> PostgresTarget.open(database.settings()));
    assertTrue(String.valueOf(full.getMessage()).contains("it contains a ledger"));
  }

  private void moveTo(TestDatabase database) throws IOException {
    try (LedgerTarget target = PostgresTarget.open(database.settings());
        LedgerContents source = source()) {
      var unused = LedgerMove.run(source, target, MoveProgress.NONE);
    }
  }

  @Test
  void theOldLedgerIsNotServedAgain() throws IOException {
    TestDatabase database = TestDatabase.create();
    moveTo(database);
    IllegalStateException moved = assertThrows(IllegalStateException.class, this::source);
    assertTrue(String.valueOf(moved.getMessage()).contains("was moved to " + database.url("")));
    try (DataDirectory held = DataDirectory.hold(from, HOLDER)) {
      assertThrows(IllegalStateException.class, () -> HighWaterMark.check(held));
    }

    // A server that slept while the ledger was moved.
    try (PostgresStore sleeping = PostgresStore.open(database.settings())) {
      try (LedgerTarget target = target();
          LedgerContents source = PostgresContents.open(database.settings())) {
        var unused = LedgerMove.run(source, target, MoveProgress.NONE);
      }
      List<UpdateRepository> change = List.of(new UpdateRepository("default", 1));
      StoreException refused =
          assertThrows(StoreException.class, () -> StoreRunner.run(sleeping, change, 1));
      assertTrue(String.valueOf(refused.getMessage()).contains("was moved to " + to));
      sleeping.probe();
      assertTrue(sleeping.trouble().contains("was moved to " + to), sleeping.trouble());
    }
    StoreException start =
        assertThrows(StoreException.class, () -> PostgresStore.open(database.settings()));
    assertTrue(PostgresStore.isMisconfigured(start), start.toString());
    assertTrue(String.valueOf(start.getMessage()).contains("was moved to " + to));
  }

  @Test
  void anOldLedgerThatCannotBeMarkedIsTold() throws IOException {
    RecordedContents unmarkable = contents();
    MoveException told;
    try (LedgerTarget target = target()) {
      told =
          assertThrows(
              MoveException.class, () -> LedgerMove.run(unmarkable, target, MoveProgress.NONE));
    }
    assertTrue(String.valueOf(told.getMessage()).contains("never serve it again"));
    assertTrue(Files.exists(DataDirectory.database(to)), "it was moved");
  }

  @Test
  void aDatabaseWithoutALedgerIsNoSource() {
    TestDatabase database = TestDatabase.create();
    StoreException none =
        assertThrows(StoreException.class, () -> PostgresContents.open(database.settings()));
    assertTrue(PostgresStore.isMisconfigured(none), none.toString());
    assertTrue(String.valueOf(none.getMessage()).contains("there is no ledger in it"));
    assertEquals(0, database.number("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));
  }

  @Test
  void booksThatDoNotBalanceAreNotMoved() throws IOException {
    RecordedContents contents = contents();
    RecordedContents unbalanced = contents.without(contents.firstReservation());
    try (LedgerTarget target = target()) {
      IllegalStateException refused =
          assertThrows(
              IllegalStateException.class,
              () -> LedgerMove.run(unbalanced, target, MoveProgress.NONE));
      assertTrue(String.valueOf(refused.getMessage()).contains("books do not balance"));
    }
    assertFalse(Files.exists(DataDirectory.database(to)));

    TestDatabase database = TestDatabase.create();
    moveTo(database);
    database.execute("UPDATE repositories SET reserved_bytes = reserved_bytes + 1");
    try (LedgerTarget target = target();
        LedgerContents source = PostgresContents.open(database.settings())) {
      MoveException refused =
          assertThrows(
              MoveException.class, () -> LedgerMove.run(source, target, MoveProgress.NONE));
      assertTrue(String.valueOf(refused.getMessage()).contains("reserved_bytes"));
    }
    assertFalse(Files.exists(DataDirectory.database(to)));
  }
}
