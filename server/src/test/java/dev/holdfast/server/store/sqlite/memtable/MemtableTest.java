package dev.holdfast.server.store.sqlite.memtable;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.Change;
import dev.holdfast.server.ledger.books.Event;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.slots.Apply;
import dev.holdfast.server.ledger.rules.slots.EndRequest;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.RenewLease;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.ledger.rules.slots.Step;
import dev.holdfast.server.ledger.view.RepositoryVisitor;
import dev.holdfast.server.store.codec.EventCodec;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import dev.holdfast.server.store.sqlite.rows.EventChunk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which reservations have a row, and that nobody who reads can tell, nor a crash. */
class MemtableTest {
  private static final String REPOSITORY = "default";
  private static final int CAPACITY = 4;
  private static final long NOW_MICROS = 1_000_000;

  @TempDir Path directory = Path.of("");
  private int operations;

  private SqliteStore open() {
    return open(CAPACITY);
  }

  private SqliteStore open(int room) {
    return SqliteStore.open(database(), ReleaseIndex.Limits.DEFAULT, room);
  }

  private Path database() {
    return directory.resolve("holdfast.db");
  }

  private static Outcome run(SqliteStore store, Command command) {
    return StoreRunner.run(store, List.of(command), NOW_MICROS).get(0);
  }

  private static Slot slot(int index) {
    return new Slot("request", index);
  }

  private ReserveSlot reserving(int index) {
    return new ReserveSlot(REPOSITORY, slot(index), 1, 0, "reserve-" + ++operations);
  }

  private Reservation reserve(SqliteStore store, int index) {
    return assertInstanceOf(Outcome.ReservationDone.class, run(store, reserving(index)))
        .reservation();
  }

  private static ReleaseSlot releasing(int index) {
    return new ReleaseSlot(REPOSITORY, slot(index), 0, ReleaseReason.ATTEMPT_FAILED, "");
  }

  private long rows() throws SQLException {
    return number("SELECT count(*) FROM reservations");
  }

  private long number(String query) throws SQLException {
    try (SqliteConnection connection = SqliteConnection.reader(database())) {
      return connection.number(query);
    }
  }

  private static List<Reservation> listed(SqliteStore store) {
    return store
        .reservations(new ReservationsQuery(REPOSITORY, null, null, null, 1000))
        .reservations();
  }

  private static List<Long> indexes(SqliteStore store) {
    return listed(store).stream().map(reservation -> reservation.slot().slotIndex()).toList();
  }

  private static void assertBalanced(SqliteStore store) {
    assertEquals(List.of(), Objects.requireNonNull(store.recount(REPOSITORY)).problems());
  }

  /** Opens a copy of the files in their current state, as a crash would leave them. */
  private SqliteStore afterCrash(int room) throws IOException {
    return afterCrash(directory, room);
  }

  private static SqliteStore afterCrash(Path of, int room) throws IOException {
    Path crashed = Files.createDirectory(of.resolve("crashed-" + room));
    for (String name : List.of("holdfast.db", "holdfast.db-wal")) {
      Files.copy(of.resolve(name), crashed.resolve(name));
    }
    return SqliteStore.open(crashed.resolve("holdfast.db"), ReleaseIndex.Limits.DEFAULT, room);
  }

  @Test
  void theOldestGetARow() throws SQLException {
    try (SqliteStore store = open()) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      for (int i = 0; i < 10; i++) {
        reserve(store, i);
      }
      assertEquals(6, rows());
      assertEquals(List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L), indexes(store));
      for (int i = 0; i < 10; i++) {
        Reservation found = Objects.requireNonNull(store.reservation(REPOSITORY, slot(i)));
        assertEquals(i + 2, found.generation());
      }
      assertBalanced(store);
    }
  }

  @Test
  void afterAGoodEndAllHaveARow() throws SQLException {
    List<Reservation> before;
    try (SqliteStore store = open()) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      for (int i = 0; i < 10; i++) {
        reserve(store, i);
      }
      before = listed(store);
    }
    assertEquals(10, rows());
    assertEquals(
        0, number("SELECT count(*) FROM events WHERE chunk > (SELECT chunk FROM recovery_point)"));
    try (SqliteStore store = open()) {
      assertEquals(before, listed(store));
    }
  }

  @Test
  void aCrashForgetsNothing() throws SQLException, IOException {
    try (SqliteStore store = open(100)) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      run(store, new CreateRepository("other", 1000));
      run(store, new ReserveSlot("other", slot(0), 3, 0, "op"));
      for (int i = 0; i < 10; i++) {
        reserve(store, i);
      }
      run(store, new FillSlot(REPOSITORY, slot(1), 0, "fill"));
      run(store, releasing(2));
      run(store, releasing(3));
      long again = reserve(store, 3).generation();
      run(store, new ReserveSlot(REPOSITORY, slot(20), 1, 5_000_000, "leased"));
      run(store, new ReserveSlot(REPOSITORY, slot(21), 1, 5_000_000, "leased"));
      run(store, new RenewLease(REPOSITORY, slot(21), 0, 9_000_000));
      assertEquals(1, rows(), "only the one whose lease was renewed, which no event tells");
      try (SqliteStore crashed = afterCrash(100)) {
        assertEquals(listed(store), listed(crashed));
        assertEquals(
            again, Objects.requireNonNull(crashed.reservation(REPOSITORY, slot(3))).generation());
        assertNotNull(crashed.reservation("other", slot(0)));
        assertBalanced(crashed);
        run(crashed, new EndRequest(REPOSITORY, "request", "end"));
        assertEquals(List.of(), listed(crashed));
        assertBalanced(crashed);
      }
    }
  }

  @Test
  void whatIsRenewedInTheBatchThatReservesItKeepsItsLease() throws IOException {
    try (SqliteStore store = open(100)) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      StoreRunner.run(
          store,
          List.of(
              new ReserveSlot(REPOSITORY, slot(0), 1, 5_000_000, "op"),
              new RenewLease(REPOSITORY, slot(0), 0, 9_000_000)),
          NOW_MICROS);
      try (SqliteStore crashed = afterCrash(100)) {
        Reservation found = Objects.requireNonNull(crashed.reservation(REPOSITORY, slot(0)));
        assertEquals(NOW_MICROS + 9_000_000, found.leaseExpireMicros());
      }
    }
  }

  @Test
  void leasesOfYoungOnesEndInTheirTurnAndAreExtended() throws SQLException {
    try (SqliteStore store = open(2)) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      for (int i = 0; i < 5; i++) {
        long leaseMicros = (10 - i) * 1_000_000L;
        run(store, new ReserveSlot(REPOSITORY, slot(i), 1, leaseMicros, "op"));
      }
      assertEquals(3, rows());
      var expired = store.expiredLeases(NOW_MICROS + 9_000_000, 3);
      assertEquals(
          List.of(2L, 3L, 4L), // those that ran out first, in the order of the table
          expired.get(0).expired().stream().map(one -> one.slot().slotIndex()).toList());
      store.maintenance().adjustLeases(0, NOW_MICROS + 20_000_000, 5_000_000);
      assertEquals(List.of(), store.expiredLeases(NOW_MICROS + 24_999_999, 10));
      assertEquals(5, store.expiredLeases(NOW_MICROS + 25_000_000, 10).get(0).expired().size());
    }
  }

  @Test
  void ofTooManyAtOnceOnlySomeAreYoungAndMoreThanThereIsRoomForGoSoon()
      throws SQLException, IOException {
    try (SqliteStore store = open(100)) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      List<Step> steps = new ArrayList<>();
      for (int i = 0; i < 130; i++) {
        steps.add(reserving(i));
      }
      run(store, new Apply(REPOSITORY, steps, true));
      assertEquals(30, rows());
      try (SqliteStore crashed = afterCrash(CAPACITY)) {
        assertEquals(listed(store), listed(crashed));
        reserve(crashed, 130);
        assertEquals(131, listed(crashed).size());
        assertBalanced(crashed);
        run(crashed, new EndRequest(REPOSITORY, "request", "end"));
        assertEquals(List.of(), listed(crashed));
      }
    }
  }

  @Test
  void whatEndsYoungNeverHadARow() throws SQLException {
    try (SqliteStore store = open();
        SqliteConnection other = SqliteConnection.writer(database())) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      other.run(
          "CREATE TRIGGER never BEFORE INSERT ON reservations BEGIN SELECT RAISE(ABORT, 'x'); END");
      for (int i = 0; i < 20; i++) {
        reserve(store, i);
        run(store, releasing(i));
      }
      other.run("DROP TRIGGER never");
    }
  }

  @Test
  void whatManyEventsCameAfterGetsARowAndAStartReadsFew() throws SQLException, IOException {
    try (SqliteStore store = open()) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      reserve(store, 0);
      for (int i = 1; i <= 100; i++) {
        reserve(store, i);
        run(store, releasing(i));
      }
      assertEquals(1, rows());
      assertTrue(
          number("SELECT count(*) FROM events WHERE chunk > (SELECT chunk FROM recovery_point)")
              < 50);
      try (SqliteStore crashed = afterCrash(CAPACITY)) {
        assertEquals(List.of(0L), indexes(crashed));
      }
    }
  }

  /** A recent one is not taken for the first of its slot where that is not known. */
  @Test
  void whatItsSlotHadBeforeIsStillKnown() throws IOException {
    try (SqliteStore store = open(100)) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      List<ReleaseSlot> released = new ArrayList<>();
      for (int index = 0; index < 2; index++) {
        long generation = reserve(store, index).generation();
        ReleaseSlot releasing =
            new ReleaseSlot(
                REPOSITORY, slot(index), generation, ReleaseReason.ATTEMPT_FAILED, "release");
        run(store, releasing);
        released.add(releasing);
        reserve(store, index);
      }
      run(store, new FillSlot(REPOSITORY, slot(1), 0, "fill"));
      Outcome again = new Outcome.SlotReleaseDone(1, 998, false);
      try (SqliteStore crashed = afterCrash(100)) {
        released.forEach(one -> assertEquals(again, run(crashed, one)));
      }
      // Which empties the cache.
      store.maintenance().adjustLeases(0, NOW_MICROS, 1);
      released.forEach(one -> assertEquals(again, run(store, one)));
    }
  }

  @Test
  void whatTheForgottenEventsToldOfStays() throws SQLException, IOException {
    try (SqliteStore store = open(100)) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      reserve(store, 0);
      reserve(store, 1);
      run(store, releasing(1));
      long lastChunk = number("SELECT max(chunk) FROM events");
      StoreRunner.purge(store, NOW_MICROS + 1);
      assertEquals(0, number("SELECT count(*) FROM events"));
      try (SqliteStore crashed = afterCrash(100)) {
        assertEquals(List.of(0L), indexes(crashed));
        reserve(crashed, 2);
        // Numbered from 1 on, its event would not be read again.
        try (SqliteStore again = afterCrash(directory.resolve("crashed-100"), 100)) {
          assertEquals(List.of(0L, 2L), indexes(again));
        }
      }
      reserve(store, 2);
      assertEquals(lastChunk + 1, number("SELECT max(chunk) FROM events"));
      try (SqliteStore crashed = afterCrash(101)) {
        assertEquals(List.of(0L, 2L), indexes(crashed));
        assertBalanced(crashed);
      }
    }
  }

  /** Also while nobody knows yet whether the last commit was made. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1})
  void afterAFailedCommitThoseWhoReadSeeWhatTheFileSays(long chunks) throws SQLException {
    try (SqliteStore store = open(100)) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      reserve(store, 0);
      reserve(store, 1);
      Memtable memtable = store.memtable();
      LogPosition end =
          new LogPosition(memtable.end().chunk() + chunks, memtable.end().eventCount() + chunks);
      assertThrows(
          SQLException.class,
          () ->
              memtable.commit(
                  () -> {
                    // It is made, and the answer is lost.
                    try (SqliteStore other = open(100)) {
                      run(other, releasing(0));
                    }
                    throw new SQLException("the disk is gone");
                  },
                  new MemtableDelta(
                      Set.of(new RepositorySlot(REPOSITORY, slot(1))),
                      Map.of(),
                      memtable.recoveryPoint(),
                      end,
                      memtable.quietCommits() + 1 - chunks)));
      assertEquals(List.of(1L), indexes(store));
      assertNull(store.reservation(REPOSITORY, slot(0)));
      assertNotNull(store.reservation(REPOSITORY, slot(1)));
      assertBalanced(store);
    }
  }

  /** Nobody who reads waits for the disk, and nobody sees half a commit. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whileACommitIsMadeOthersSeeWhatWasBeforeOrBehindIt() throws Exception {
    ExecutorService reader = Executors.newSingleThreadExecutor();
    try (SqliteStore store = open(100)) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      reserve(store, 0);
      Memtable memtable = store.memtable();
      AtomicReference<Future<List<Long>>> behind = new AtomicReference<>();
      memtable.commit(
          () -> {
            assertEquals(List.of(0L), onAnotherThread(reader, () -> indexes(store)).join());
            try (SqliteConnection other = SqliteConnection.writer(database())) {
              List<Event> events = List.of(new Event(3, 1, 1000, new Change.UnassignedChanged(0)));
              EventChunk.Contents contents =
                  new EventChunk.Contents(EventCodec.encode(events), null);
              PreparedStatement insert = other.prepared(EventChunk.INSERT);
              EventChunk.of(3, 1, events, contents).set(insert, contents);
              insert.executeUpdate();
            }
            behind.set(onAnotherThread(reader, () -> indexes(store)));
          },
          new MemtableDelta(
              Set.of(new RepositorySlot(REPOSITORY, slot(0))),
              Map.of(),
              memtable.recoveryPoint(),
              new LogPosition(3, 3),
              memtable.quietCommits()));
      assertEquals(List.of(), Objects.requireNonNull(behind.get()).get());
    } finally {
      reader.shutdown();
    }
  }

  private static <T> CompletableFuture<T> onAnotherThread(Executor thread, Supplier<T> work) {
    return CompletableFuture.supplyAsync(work, thread);
  }

  @Test
  void eventsThatCannotBeReadAreNamed() throws SQLException {
    try (SqliteStore store = open(100)) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      reserve(store, 0);
      try (SqliteConnection other = SqliteConnection.writer(database())) {
        other.run("UPDATE events SET events = x'0203ff' WHERE chunk = 2");
      }
      StoreException e =
          assertThrows(StoreException.class, () -> SqliteStore.openForVerification(database()));
      assertTrue(
          String.valueOf(e.getMessage()).contains("damaged row of events: chunk 2"),
          e.getMessage());
    }
  }

  private static final class Surveyed implements RepositoryVisitor {
    private long told;
    private long counted;

    @Override
    public void repository(Repository repository) {
      told = repository.reservationCount();
    }

    @Override
    public void event(Event event) {}

    @Override
    public void reservation(Reservation reservation) {
      counted++;
    }
  }

  /** With so little room each of them gets a row while others look. */
  @Test
  void whoReadsSeesEachOnceWhateverHappensMeanwhile() throws Exception {
    int readers = 3;
    ExecutorService threads = Executors.newFixedThreadPool(readers);
    AtomicBoolean ended = new AtomicBoolean();
    try (SqliteStore store = open(3)) {
      run(store, new CreateRepository(REPOSITORY, 1000));
      Set<Long> always = new TreeSet<>();
      for (int i = 100; i < 110; i++) {
        reserve(store, i);
        always.add((long) i);
      }
      Callable<Integer> reading =
          () -> {
            int looked = 0;
            while (!ended.get()) {
              List<Long> seen = indexes(store);
              assertEquals(seen.stream().sorted().distinct().toList(), seen);
              assertTrue(seen.containsAll(always), seen::toString);
              assertNotNull(store.reservation(REPOSITORY, slot(100 + looked % 10)));
              assertBalanced(store);
              Surveyed surveyed = new Surveyed();
              store.visitRepository(REPOSITORY, 0, surveyed);
              assertEquals(surveyed.told, surveyed.counted);
              looked++;
            }
            return looked;
          };
      List<Future<Integer>> looked = new ArrayList<>();
      for (int i = 0; i < readers; i++) {
        looked.add(threads.submit(reading));
      }
      for (int i = 0; i < 2000; i++) {
        // Released and reserved at once, so that the slot has a reservation at every moment.
        int stays = 100 + i % 10;
        StoreRunner.run(
            store,
            List.of(
                releasing(stays), reserving(stays), reserving(i % 50), releasing((i + 43) % 50)),
            NOW_MICROS);
      }
      ended.set(true);
      for (Future<Integer> some : looked) {
        assertTrue(some.get() > 10);
      }
    } finally {
      ended.set(true);
      threads.shutdown();
    }
  }
}
