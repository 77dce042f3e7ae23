package dev.holdfast.server.store.sqlite.mark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Offer;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.engine.EventsPage;
import dev.holdfast.server.ledger.engine.EventsQuery;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.DeleteKey;
import dev.holdfast.server.ledger.rules.repositories.DeleteRepository;
import dev.holdfast.server.ledger.rules.repositories.PutValue;
import dev.holdfast.server.ledger.rules.sales.DeleteOffer;
import dev.holdfast.server.ledger.rules.sales.PutOffer;
import dev.holdfast.server.ledger.rules.slots.RenewLease;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A store that lost its newest part is told from one that was killed. */
class HighWaterMarkTest {
  private static final String REPOSITORY = "default";
  private static final int RESERVATIONS = 50;
  private static final long RAISE = 1L << 40;

  @TempDir Path directory = Path.of("");

  private final AtomicLong clock = new AtomicLong(1_000_000_000_000_000L);
  private Path killed = Path.of("");
  private Path older = Path.of("");

  /** Files as they lie there when the program is killed, and when it ended well before. */
  @BeforeEach
  void leaveAStoreBehind() throws IOException {
    Path living = directory.resolve("living");
    killed = Files.createDirectories(directory.resolve("killed"));
    older = Files.createDirectories(directory.resolve("older"));
    try (DataDirectory data = DataDirectory.hold(living, "test")) {
      HighWaterMark.check(data);
      try (SqliteStore store = SqliteStore.open(data.database());
          HighWaterMark mark =
              HighWaterMark.keep(data, store, HighWaterMarkTest::thrown, clock::get)) {
        StoreRunner.run(
            store,
            List.of(
                new CreateRepository(REPOSITORY, 1000),
                new PutValue(REPOSITORY, "key", new Value(new byte[1]), null),
                new CreateRepository("gone", 10),
                new DeleteRepository("gone")),
            1);
        mark.writeIfAdvanced();
      }
      copy(living, older);
      HighWaterMark.check(data);
      try (SqliteStore store = SqliteStore.open(data.database());
          HighWaterMark mark =
              HighWaterMark.keep(data, store, HighWaterMarkTest::thrown, clock::get)) {
        for (int i = 0; i < RESERVATIONS; i++) {
          reserve(store, i);
        }
        mark.writeIfAdvanced();
        copy(living, killed);
      }
    }
  }

  private static void thrown(StoreException e) {
    throw e;
  }

  private static void copy(Path from, Path to) throws IOException {
    for (String name : List.of("holdfast.db", "holdfast.db-wal", "holdfast.mark")) {
      if (Files.exists(from.resolve(name))) {
        Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static long reserve(SqliteStore store, int index) {
    Outcome outcome =
        StoreRunner.run(
                store, List.of(new ReserveSlot(REPOSITORY, new Slot("r", index), 1, 0, "")), 2)
            .get(0);
    return assertInstanceOf(Outcome.ReservationDone.class, outcome).reservation().generation();
  }

  @Test
  void whoOnlyLooksMakesNoFiles() throws IOException {
    Files.delete(older.resolve("holdfast.mark"));
    Files.copy(killed.resolve("holdfast.mark"), older.resolve("holdfast.mark"));
    for (Path store : List.of(killed, older)) {
      try (DataDirectory data = DataDirectory.holdForVerification(store, "test")) {
        Set<String> before = names(store);
        if (store.equals(killed)) {
          HighWaterMark.check(data);
        } else {
          assertThrows(HighWaterMark.LossException.class, () -> HighWaterMark.check(data));
        }
        assertEquals(before, names(store));
      }
    }
  }

  private static Set<String> names(Path store) throws IOException {
    try (Stream<Path> files = Files.list(store)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  @Test
  void whatWasKilledIsWhole() throws IOException {
    try (DataDirectory data = DataDirectory.hold(killed, "test")) {
      HighWaterMark.check(data);
      HighWaterMark.acceptLoss(data, 3);
      try (SqliteStore store = SqliteStore.open(data.database())) {
        assertEquals(
            RESERVATIONS + 1, Objects.requireNonNull(store.repository(REPOSITORY)).revision());
      }
    }
  }

  /** The kinds of damage to the files. */
  enum Loss {
    LOG_DELETED,
    LOG_CUT_OFF,
    LOG_FLIPPED,
    OLDER_COPY,
    NO_DATABASE,
    NO_DATABASE_AND_NO_MARK,
    NO_MARK,
    DAMAGED_MARK,
    OTHER_LEDGER
  }

  private void lose(Loss loss) throws IOException {
    Path database = killed.resolve("holdfast.db");
    Path log = killed.resolve("holdfast.db-wal");
    Path mark = killed.resolve("holdfast.mark");
    byte[] bytes = Files.readAllBytes(log);
    switch (loss) {
      case LOG_DELETED -> Files.delete(log);
      case LOG_CUT_OFF -> Files.write(log, Arrays.copyOf(bytes, bytes.length / 2));
      case LOG_FLIPPED -> {
        bytes[bytes.length / 2] ^= 1;
        Files.write(log, bytes);
      }
      case OLDER_COPY -> {
        Files.delete(log);
        Files.copy(older.resolve("holdfast.db"), database, StandardCopyOption.REPLACE_EXISTING);
      }
      case NO_DATABASE -> {
        Files.delete(log);
        Files.delete(database);
      }
      case NO_DATABASE_AND_NO_MARK -> {
        Files.delete(mark);
        Files.delete(database);
      }
      case NO_MARK -> Files.delete(mark);
      case DAMAGED_MARK -> Files.write(mark, new byte[9000]);
      case OTHER_LEDGER -> {
        Path other = directory.resolve("other");
        try (DataDirectory data = DataDirectory.hold(other, "test");
            SqliteStore store = SqliteStore.open(data.database())) {
          StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 1000)), 1);
        }
        Files.delete(log);
        Files.copy(other.resolve("holdfast.db"), database, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aLossIsRefusedUntilItIsAccepted(Loss loss) throws IOException {
    lose(loss);
    try (DataDirectory data = DataDirectory.hold(killed, "test")) {
      for (int i = 0; i < 2; i++) {
        HighWaterMark.LossException refused =
            assertThrows(HighWaterMark.LossException.class, () -> HighWaterMark.check(data));
        assertTrue(
            String.valueOf(refused.getMessage()).contains("--accept-loss"), refused.getMessage());
      }
      HighWaterMark.acceptLoss(data, 3);
      HighWaterMark.check(data);
      try (SqliteStore store = SqliteStore.open(data.database());
          HighWaterMark mark =
              HighWaterMark.keep(data, store, HighWaterMarkTest::thrown, clock::get)) {
        Repository raised = store.repository(REPOSITORY);
        if (raised != null) {
          assertTrue(raised.revision() > RAISE, raised::toString);
          EventsPage page =
              Objects.requireNonNull(store.events(EventsQuery.all(REPOSITORY, 0, 100)));
          assertEquals(raised.revision(), page.oldestRevision());
          assertEquals(raised.revision(), page.events().get(0).revision());
          assertEquals(List.of(), Objects.requireNonNull(store.recount(REPOSITORY)).problems());
        }
        StoreRunner.run(
            store,
            List.of(new CreateRepository(REPOSITORY, 1000), new CreateRepository("gone", 10)),
            4);
        assertTrue(reserve(store, RESERVATIONS) > RAISE);
        Outcome put =
            StoreRunner.run(
                    store,
                    List.of(new PutValue(REPOSITORY, "key", new Value(new byte[2]), null)),
                    5)
                .get(0);
        assertTrue(assertInstanceOf(Outcome.PutDone.class, put).version() > RAISE, put::toString);
        mark.writeIfAdvanced();
        Repository gone = Objects.requireNonNull(store.repository("gone"));
        assertTrue(gone.revision() > RAISE, gone::toString);
      }
      HighWaterMark.check(data);
    }
  }

  /** An older copy is put in place a second time, from before the first loss was accepted. */
  @Test
  void aSecondLossRaisesOverTheFirst() throws IOException {
    long given = 0;
    for (int i = 0; i < 3; i++) {
      Files.deleteIfExists(killed.resolve("holdfast.db-wal"));
      Files.copy(
          older.resolve("holdfast.db"),
          killed.resolve("holdfast.db"),
          StandardCopyOption.REPLACE_EXISTING);
      try (DataDirectory data = DataDirectory.hold(killed, "test")) {
        HighWaterMark.acceptLoss(data, 3);
        try (SqliteStore store = SqliteStore.open(data.database());
            HighWaterMark mark =
                HighWaterMark.keep(data, store, HighWaterMarkTest::thrown, clock::get)) {
          long next = reserve(store, 0);
          assertTrue(next > given, next + " after " + given);
          given = next;
          mark.writeIfAdvanced();
        }
      }
    }
  }

  /** The lost files turn up again when the store went on without them. */
  @Test
  void whatWasLostIsNotTakenBackBehindAnAcceptedLoss() throws IOException {
    Path found = Files.createDirectories(directory.resolve("found"));
    copy(killed, found);
    lose(Loss.OLDER_COPY);
    try (DataDirectory data = DataDirectory.hold(killed, "test")) {
      HighWaterMark.acceptLoss(data, 3);
      try (SqliteStore store = SqliteStore.open(data.database());
          HighWaterMark mark =
              HighWaterMark.keep(data, store, HighWaterMarkTest::thrown, clock::get)) {
        reserve(store, 0);
        mark.writeIfAdvanced();
      }
      Files.delete(found.resolve("holdfast.mark"));
      copy(found, killed);
      HighWaterMark.LossException refused =
          assertThrows(HighWaterMark.LossException.class, () -> HighWaterMark.check(data));
      assertTrue(
          String.valueOf(refused.getMessage()).contains("older than an accepted loss"),
          refused::getMessage);
    }
  }

  private static Offer.Terms terms(long price) {
    return new Offer.Terms(0, 0, 0, 0, BigInteger.valueOf(price), null, null, true);
  }

  /** Returns commands that are acknowledged without an event and without a new version of a key. */
  static List<Command> quietCommands() {
    return List.of(
        new RenewLease(REPOSITORY, new Slot("leased", 0), 0, 5_000_000),
        new PutOffer(REPOSITORY, "new", terms(1)),
        new PutOffer(REPOSITORY, "old", terms(2)),
        new DeleteOffer(REPOSITORY, "old"),
        new DeleteKey(REPOSITORY, "key", null));
  }

  @ParameterizedTest
  @MethodSource("quietCommands")
  void theLossOfAChangeWithoutEventsIsSeen(Command command) throws IOException {
    Path database = killed.resolve("holdfast.db");
    Path log = killed.resolve("holdfast.db-wal");
    try (DataDirectory data = DataDirectory.hold(killed, "test")) {
      try (SqliteStore store = SqliteStore.open(data.database());
          HighWaterMark mark =
              HighWaterMark.keep(data, store, HighWaterMarkTest::thrown, clock::get)) {
        StoreRunner.run(
            store,
            List.of(
                new PutOffer(REPOSITORY, "old", terms(1)),
                new ReserveSlot(REPOSITORY, new Slot("leased", 0), 1, 9_000_000, "")),
            2);
        mark.writeIfAdvanced();
      }
      byte[] before = Files.readAllBytes(database);
      try (SqliteStore store = SqliteStore.open(data.database());
          HighWaterMark mark =
              HighWaterMark.keep(data, store, HighWaterMarkTest::thrown, clock::get)) {
        Outcome outcome = StoreRunner.run(store, List.of(command), 2).get(0);
        assertInstanceOf(Outcome.Done.class, outcome);
        mark.writeIfAdvanced();
      }
      HighWaterMark.check(data);
      Files.deleteIfExists(log);
      Files.write(database, before);
      assertThrows(HighWaterMark.LossException.class, () -> HighWaterMark.check(data));
    }
  }

  @Test
  void aMarkThatIsGoneIsWrittenAgain() throws IOException {
    try (DataDirectory data = DataDirectory.hold(killed, "test")) {
      try (SqliteStore store = SqliteStore.open(data.database());
          HighWaterMark mark =
              HighWaterMark.keep(data, store, HighWaterMarkTest::thrown, clock::get)) {
        Files.delete(data.mark());
        mark.writeIfAdvanced();
        assertTrue(Files.exists(data.mark()), "removed");
        reserve(store, RESERVATIONS);
        Path other = killed.resolve("other");
        Files.copy(older.resolve("holdfast.mark"), other);
        Files.move(other, data.mark(), StandardCopyOption.REPLACE_EXISTING);
        mark.writeIfAdvanced();
        assertEquals(
            RESERVATIONS + 2,
            Objects.requireNonNull(MarkFile.read(data.mark()).mark()).position().revision(),
            "replaced");
        Files.delete(data.mark());
      }
      assertTrue(Files.exists(data.mark()), "removed before a good end");
      HighWaterMark.check(data);
    }
  }

  @Test
  void noMarkIsWrittenBesideFilesOfSomebodyElse() throws IOException {
    try (DataDirectory data = DataDirectory.hold(killed, "test")) {
      SqliteStore store = SqliteStore.open(data.database());
      HighWaterMark mark = HighWaterMark.keep(data, store, HighWaterMarkTest::thrown, clock::get);
      // By then all readers are open, so that none is refused for its opening.
      for (int i = 0; i <= SqliteStore.READERS; i++) {
        mark.writeIfAdvanced();
      }
      Path other = killed.resolve("other");
      Files.copy(older.resolve("holdfast.db"), other);
      Files.move(other, data.database(), StandardCopyOption.REPLACE_EXISTING);
      Files.delete(data.mark());
      assertThrows(StoreException.class, mark::writeIfAdvanced);
      assertThrows(StoreException.class, mark::close);
      assertThrows(StoreException.class, store::close);
      assertFalse(Files.exists(data.mark()));
    }
  }

  @Test
  void theTimeIsWrittenOnceAMinuteThoughNothingHappens() throws IOException {
    try (DataDirectory data = DataDirectory.hold(killed, "test");
        SqliteStore store = SqliteStore.open(data.database());
        HighWaterMark mark =
            HighWaterMark.keep(data, store, HighWaterMarkTest::thrown, clock::get)) {
      long begin = clock.get();
      long back = begin - 365 * 86_400_000_000L;
      for (long micros : new long[] {begin + 60_000_000, back, back + 60_000_000}) {
        clock.set(micros);
        mark.writeIfAdvanced();
        assertEquals(micros, writtenMicros(data));
        clock.set(micros + 59_000_000);
        mark.writeIfAdvanced();
        assertEquals(micros, writtenMicros(data), "written too often");
      }
    }
  }

  private static long writtenMicros(DataDirectory data) throws IOException {
    return Objects.requireNonNull(MarkFile.read(data.mark()).mark()).micros();
  }

  @Test
  void aFailedSyncIsFatal() throws IOException {
    AtomicBoolean fails = new AtomicBoolean();
    List<StoreException> fatal = new CopyOnWriteArrayList<>();
    MarkFile.Sync sync =
        channel -> {
          if (fails.get()) {
            throw new IOException("Input/output error");
          }
        };
    try (DataDirectory data = DataDirectory.hold(killed, "test");
        SqliteStore store = SqliteStore.open(data.database());
        HighWaterMark mark = HighWaterMark.keep(data, store, fatal::add, clock::get, sync)) {
      reserve(store, RESERVATIONS);
      mark.writeIfAdvanced();
      fails.set(true);
      mark.writeIfAdvanced();
      assertEquals(List.of(), fatal, "nothing came further, and nothing was written");
      reserve(store, RESERVATIONS + 1);
      assertThrows(IOException.class, mark::writeIfAdvanced);
      fails.set(false);
    }
    assertTrue(
        String.valueOf(fatal.get(0).getMessage()).contains("cannot sync the high-water mark"),
        fatal::toString);
  }

  @Test
  void othersHaveNoRights() throws IOException {
    Path open = Files.createDirectories(directory.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path old = Files.createFile(open.resolve("holdfast.db"));
    Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rw-r--r--"));
    try (DataDirectory data = DataDirectory.hold(open, "test");
        SqliteStore store = SqliteStore.open(data.database());
        HighWaterMark mark =
            HighWaterMark.keep(data, store, HighWaterMarkTest::thrown, clock::get)) {
      StoreRunner.run(store, List.of(new CreateRepository(REPOSITORY, 1000)), 1);
      mark.writeIfAdvanced();
      assertEquals("rwx------", rights(open));
      try (Stream<Path> files = Files.list(open)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          assertEquals("rw-------", rights(file), file.toString());
        }
      }
    }
  }

  private static String rights(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
