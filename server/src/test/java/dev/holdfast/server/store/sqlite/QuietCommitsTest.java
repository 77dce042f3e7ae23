package dev.holdfast.server.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.holdfast.server.ledger.StoreRunner;
import dev.holdfast.server.ledger.books.ReleaseReason;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.Value;
import dev.holdfast.server.ledger.engine.LedgerReads.ReservationsQuery;
import dev.holdfast.server.ledger.rules.Command;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.ledger.rules.repositories.PutValue;
import dev.holdfast.server.ledger.rules.slots.FillSlot;
import dev.holdfast.server.ledger.rules.slots.ReleaseSlot;
import dev.holdfast.server.ledger.rules.slots.RenewLease;
import dev.holdfast.server.ledger.rules.slots.ReserveSlot;
import dev.holdfast.server.store.sqlite.connection.SqliteCalls;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.memtable.Memtable;
import dev.holdfast.server.store.sqlite.releases.ReleaseIndex;
import dev.holdfast.server.store.sqlite.rows.RowMapper;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that a reader sees each reservation once, as of one commit, at every point of the commit
 * and for every content of the commit, and waits for no sync. The tests run every order of the
 * steps of a reader and of two consecutive commits.
 */
@Timeout(300)
class QuietCommitsTest {
  private static final long NOW_MICROS = 1_000_000;

  @TempDir Path directory = Path.of("");
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private Runnable beforeCommit = QuietCommitsTest::nothing;
  private Runnable behindCommit = QuietCommitsTest::nothing;
  private SqliteStore store;
  private int repositories;

  @BeforeEach
  void open() {
    SqliteCalls calls =
        new SqliteCalls() {
          @Override
          public WalState checkpoint(SqliteConnection connection, String mode) throws SQLException {
            return REAL.checkpoint(connection, mode);
          }

          @Override
          public void commit(SqliteConnection connection) throws SQLException {
            beforeCommit.run();
            REAL.commit(connection);
            behindCommit.run();
          }
        };
    store =
        SqliteStore.open(
            database(),
            ReleaseIndex.Limits.DEFAULT,
            Memtable.CAPACITY,
            fatal -> fail(fatal),
            calls);
  }

  @AfterEach
  void end() {
    thread.shutdown();
    store.close();
  }

  private static void nothing() {}

  private static Slot slot(int index) {
    return new Slot("request", index);
  }

  /** Something to be committed; with events, without, and with nothing for the recent ones. */
  private enum Kind {
    RESERVE,
    RENEW,
    FILL,
    RELEASE,
    PUT;

    Command command(String repository, int number) {
      return switch (this) {
        case RESERVE -> new ReserveSlot(repository, slot(10 + number), 1, 5_000_000, "op");
        case RENEW -> new RenewLease(repository, slot(number), 0, 9_000_000 + number);
        case FILL -> new FillSlot(repository, slot(2), 0, "fill-" + number);
        case RELEASE ->
            new ReleaseSlot(repository, slot(3), 0, ReleaseReason.ATTEMPT_FAILED, "release");
        case PUT -> new PutValue(repository, "key", new Value(new byte[] {(byte) number}), null);
      };
    }
  }

  /** A reader whose two steps are taken one by one. */
  private final class Reader implements AutoCloseable {
    private final SqliteConnection connection = SqliteConnection.reader(database());
    private final String repository;
    private List<Reservation> recentOnes = List.of();

    Reader(String repository) {
      this.repository = repository;
    }

    /** Takes its snapshot, and looks at the recent ones. */
    void look() {
      try {
        connection.run("BEGIN");
        recentOnes =
            store.memtable().readAtSnapshot(connection, all -> all.ofRepository(repository));
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Everything that it sees: the recent ones that it saw, and the rows. */
    List<Reservation> all() {
      try {
        List<Reservation> all = new ArrayList<>(recentOnes);
        PreparedStatement rows =
            connection.prepared(
                "SELECT " + RowMapper.RESERVATION + " FROM reservations WHERE repository = ?");
        rows.setLong(1, SqliteReads.number(connection, repository));
        all.addAll(SqliteConnection.rows(rows, RowMapper::reservation));
        all.sort(Comparator.comparing(Reservation::slot));
        return all;
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      connection.close();
    }
  }

  private Path database() {
    return directory.resolve("holdfast.db");
  }

  /**
   * The reader starts at one of seven points: 0 is before the first commit, 1 is in the first
   * commit before SQLite commits, 2 is in it after SQLite has committed, 3 is between the two
   * commits, and so on to 6. It reads the rows at the same or a later point.
   */
  @Test
  void whereverAReaderLooksItSeesOneCommit() {
    for (Kind first : Kind.values()) {
      for (Kind second : Kind.values()) {
        for (int look = 0; look <= 6; look++) {
          for (int rows = look; rows <= 6; rows++) {
            read(first, second, look, rows);
          }
        }
      }
    }
  }

  private void read(Kind first, Kind second, int look, int rows) {
    String repository = "repository-" + repositories++;
    run(new CreateRepository(repository, 1000));
    for (int i = 0; i < 4; i++) {
      run(new ReserveSlot(repository, slot(i), 1, 5_000_000, "op"));
    }
    List<List<Reservation>> states = new ArrayList<>();
    states.add(listed(repository));
    List<CompletableFuture<?>> steps = new ArrayList<>();
    List<CompletableFuture<List<Reservation>>> seen = new ArrayList<>();
    try (Reader reader = new Reader(repository)) {
      Consumer<Integer> at =
          moment -> {
            if (moment == look) {
              steps.add(CompletableFuture.runAsync(reader::look, thread));
            }
            if (moment == rows) {
              seen.add(CompletableFuture.supplyAsync(reader::all, thread));
              steps.addAll(seen);
            }
            // Behind SQLite's commit it waits until the writer knows of it too, and only there.
            if (moment != look || look % 3 != 2) {
              steps.forEach(CompletableFuture::join);
            }
          };
      at.accept(0);
      commit(first.command(repository, 0), 1, at);
      states.add(listed(repository));
      at.accept(3);
      commit(second.command(repository, 1), 4, at);
      states.add(listed(repository));
      at.accept(6);
      assertEquals(
          states.get((look + 1) / 3),
          seen.get(0).join(),
          () -> first + ", " + second + ", looks at " + look + ", reads the rows at " + rows);
    }
  }

  private List<Reservation> listed(String repository) {
    return store
        .reservations(new ReservationsQuery(repository, null, null, null, 1000))
        .reservations();
  }

  private void run(Command command) {
    StoreRunner.runUnnoted(store, List.of(command), NOW_MICROS);
  }

  private void commit(Command command, int moment, Consumer<Integer> at) {
    beforeCommit = () -> at.accept(moment);
    behindCommit = () -> at.accept(moment + 1);
    run(command);
    beforeCommit = QuietCommitsTest::nothing;
    behindCommit = QuietCommitsTest::nothing;
  }
}
