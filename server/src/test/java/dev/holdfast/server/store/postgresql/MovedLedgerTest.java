package dev.holdfast.server.store.postgresql;

import static java.util.Objects.requireNonNull;

import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.store.LedgerStoreSuite;
import dev.holdfast.server.store.move.LedgerContents;
import dev.holdfast.server.store.move.LedgerMove;
import dev.holdfast.server.store.move.LedgerTarget;
import dev.holdfast.server.store.move.MoveProgress;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.mark.HighWaterMark;
import dev.holdfast.server.store.sqlite.move.SqliteContents;
import dev.holdfast.server.store.sqlite.move.SqliteTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/**
 * A ledger that is moved to the other engine, instead of being opened again, passes what every
 * engine must pass: it goes on as if it had never been anywhere else.
 */
class MovedLedgerTest extends LedgerStoreSuite {
  private static final String HOLDER = "test";

  @TempDir private Path temp = Path.of("");

  private int moves = -1;
  private @Nullable TimedDatabase database;

  @Override
  protected LedgerStore open() {
    moves++;
    try {
      if (moves == 0) {
        return openEmbedded();
      } else if (moves % 2 == 1) {
        TimedDatabase fresh = new TimedDatabase();
        database = fresh;
        move(embeddedSource(moves - 1), PostgresTarget.open(fresh.settings()));
        return fresh.open();
      }
      TimedDatabase before = requireNonNull(database);
      before.loseServers();
      move(PostgresContents.open(before.settings()), embeddedTarget());
      return openEmbedded();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void move(LedgerContents source, LedgerTarget target) {
    try (source;
        target) {
      var unused = LedgerMove.run(source, target, MoveProgress.NONE);
    }
  }

  private Path directory(int number) {
    return temp.resolve("ledger" + number);
  }

  private LedgerContents embeddedSource(int number) throws IOException {
    try (DataDirectory held = DataDirectory.hold(directory(number), HOLDER);
        SqliteStore store = SqliteStore.open(held.database(), MovedLedgerTest::fail)) {
      // Closing it writes it, as at the end of a server.
      HighWaterMark.keep(held, store, MovedLedgerTest::fail, () -> 1_000_000).close();
    }
    return SqliteContents.open(directory(number), HOLDER, MovedLedgerTest::fail);
  }

  private LedgerTarget embeddedTarget() throws IOException {
    return SqliteTarget.open(directory(moves), HOLDER, 1, MovedLedgerTest::fail);
  }

  private LedgerStore openEmbedded() throws IOException {
    DataDirectory.hold(directory(moves), HOLDER).close();
    return SqliteStore.open(DataDirectory.database(directory(moves)), MovedLedgerTest::fail);
  }

  private static void fail(RuntimeException e) {
    throw e;
  }
}
