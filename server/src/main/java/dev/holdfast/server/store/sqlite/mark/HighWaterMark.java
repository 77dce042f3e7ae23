package dev.holdfast.server.store.sqlite.mark;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.store.FatalErrors;
import dev.holdfast.server.store.sqlite.SqliteSchema;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.StorePosition;
import dev.holdfast.server.store.sqlite.connection.SqliteConnection;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records the progress of a store outside its database, to detect a store that lost its newest
 * part: SQLite takes a missing or truncated WAL for the end of the written data.
 *
 * <p>A thread beside the writer reads the committed position and writes it to the mark, so the mark
 * is never ahead of the store, and at most a second behind it.
 */
public final class HighWaterMark implements AutoCloseable {
  private static final long INTERVAL_MILLIS = 500;

  /** The interval of writes of the time if nothing else changes. */
  private static final long TIME_INTERVAL_MICROS = 60_000_000;

  private static final long CLOSE_SECONDS = 10;
  private static final Logger LOGGER = LoggerFactory.getLogger(HighWaterMark.class);

  private final Path path;
  private final MarkFile.Sync sync;
  private final SqliteStore store;
  private final FatalErrors fatalErrors;
  private final LongSupplier clockMicros;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "high-water-mark");
            thread.setDaemon(true);
            return thread;
          });

  private MarkFile file;
  private MarkFile.Mark written;
  private boolean failing;

  /** Reports that a store lost acknowledged changes, or may have lost some. */
  public static final class LossException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    LossException(String message) {
      super(message);
    }
  }

  private HighWaterMark(
      Path path,
      MarkFile.Sync sync,
      SqliteStore store,
      FatalErrors fatalErrors,
      LongSupplier clockMicros,
      MarkFile.Mark written)
      throws IOException {
    this.path = path;
    this.sync = sync;
    this.store = store;
    this.fatalErrors = fatalErrors;
    this.clockMicros = clockMicros;
    this.written = written;
    this.file = MarkFile.create(path, written, sync);
  }

  /**
   * Compares a store that is not open with its mark.
   *
   * @throws LossException if the store is behind the mark, or if that cannot be determined
   * @throws IllegalStateException if there is no store, but a backup or an unfinished restore
   */
  public static void check(DataDirectory directory) throws IOException {
    directory.requireStore();
    String loss = loss(directory, MarkFile.read(directory.mark()));
    if (loss != null) {
      throw new LossException(
          loss
              + ". If its newest files are elsewhere, put them back; else restore the newest backup with"
              + " 'holdfast restore', or start 'serve' with --accept-loss to continue with the remaining"
              + " data; Reconcile is due then");
    }
  }

  /**
   * Accepts the loss of a store that is behind its mark, by raising its revisions. Does nothing if
   * nothing is lost.
   */
  public static void acceptLoss(DataDirectory directory, long nowMicros) throws IOException {
    directory.requireStore();
    MarkFile.Content content = MarkFile.read(directory.mark());
    String loss = loss(directory, content);
    if (loss == null) {
      return;
    }
    MarkFile.Mark before = content.mark();
    long highestGiven = before == null ? 0 : before.position().revision();
    try (SqliteConnection connection = SqliteConnection.writer(directory.database())) {
      SqliteSchema.prepare(connection);
      int raised = RevisionRaise.afterLoss(connection, highestGiven, nowMicros);
      // The mark is written at once, because a crash before that would lead to a second raise.
      MarkFile.Mark mark = new MarkFile.Mark(StorePosition.of(connection), nowMicros);
      MarkFile.create(directory.mark(), mark, MarkFile.Sync.REAL).close();
      LOGGER.warn(
          "{}. Loss accepted: raised all revisions by 2^40, in {}; Reconcile is due",
          loss,
          raised == 1 ? "1 repository" : raised + " repositories");
    } catch (SQLException e) {
      throw StoreException.notApplied("cannot accept the loss of " + directory.database(), e);
    }
  }

  /** Describes what is lost, or may be lost; returns null for nothing. */
  private static @Nullable String loss(DataDirectory directory, MarkFile.Content content)
      throws IOException {
    String store = "the store in " + directory.path();
    String lost = store + " lost acknowledged changes: ";
    StorePosition mark = content.mark() == null ? null : content.mark().position();
    Path database = directory.database();
    if (!Files.exists(database) || Files.size(database) == 0) {
      if (content.found()) {
        return lost + database.getFileName() + " is missing";
      }
      Path wal = database.resolveSibling(database.getFileName() + "-wal");
      return Files.exists(wal)
          ? lost + database.getFileName() + " is missing, but " + wal.getFileName() + " exists"
          : null;
    }
    StorePosition found = position(database);
    if (mark == null) {
      if (found.isEmpty() && !content.found()) {
        return null;
      }
      return "whether "
          + store
          + " lost acknowledged changes is unknown, because "
          + directory.mark().getFileName()
          + (content.found() ? " is damaged" : " is missing")
          + "; the highest revision in the store is "
          + found.revision();
    }
    if (!found.ledger().equals(mark.ledger())) {
      return lost
          + database.getFileName()
          + " is of ledger "
          + found.ledger()
          + ", but "
          + directory.mark().getFileName()
          + " is of ledger "
          + mark.ledger();
    }
    return found.isBehind(mark) ? lost + database.getFileName() + missing(found, mark) : null;
  }

  private static String missing(StorePosition found, StorePosition mark) {
    if (found.revision() < mark.revision()) {
      String revisions =
          " has revisions up to "
              + found.revision()
              + ", but revision "
              + mark.revision()
              + " was returned to callers";
      return mark.revision() - found.revision() < StorePosition.REVISION_RAISE / 2
          ? revisions
          : revisions + ": the store is older than an accepted loss";
    } else if (found.chunk() < mark.chunk()) {
      return " lacks events of some repositories";
    } else if (found.versionsBehind(mark) > 0) {
      return " lacks the last " + found.versionsBehind(mark) + " puts into datastores";
    }
    return " lacks the last "
        + (mark.quietCommits() - found.quietCommits())
        + " commits of offers, of renewed leases or of deleted keys";
  }

  private static StorePosition position(Path database) throws IOException {
    Path index = database.resolveSibling(database.getFileName() + "-shm");
    boolean hadIndex = Files.exists(index);
    try (SqliteConnection connection = SqliteConnection.readOnly(database)) {
      return SqliteSchema.isFresh(connection)
          ? StorePosition.NOTHING
          : StorePosition.of(connection);
    } catch (SQLException e) {
      throw StoreException.notApplied("cannot open " + database, e);
    } finally {
      if (!hadIndex) {
        Files.deleteIfExists(index);
      }
    }
  }

  /**
   * Starts to update the mark of a store, until the mark is closed, which must happen before the
   * store is closed.
   *
   * @param fatalErrors ends the process if a sync of the mark fails
   * @param clockMicros the clock, in microseconds since the epoch
   */
  public static HighWaterMark keep(
      DataDirectory directory, SqliteStore store, FatalErrors fatalErrors, LongSupplier clockMicros)
      throws IOException {
    return keep(directory, store, fatalErrors, clockMicros, MarkFile.Sync.REAL);
  }

  static HighWaterMark keep(
      DataDirectory directory,
      SqliteStore store,
      FatalErrors fatalErrors,
      LongSupplier clockMicros,
      MarkFile.Sync sync)
      throws IOException {
    MarkFile.Mark before = MarkFile.read(directory.mark()).mark();
    MarkFile.Mark now =
        new MarkFile.Mark(
            store.position(before == null ? StorePosition.NOTHING : before.position()),
            clockMicros.getAsLong());
    String jump = before == null ? null : ClockJump.between(before.micros(), now.micros());
    if (jump != null) {
      LOGGER.warn(jump);
    }
    HighWaterMark mark =
        new HighWaterMark(directory.mark(), sync, store, fatalErrors, clockMicros, now);
    var unused =
        mark.thread.scheduleWithFixedDelay(
            mark::update, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    return mark;
  }

  private void update() {
    try {
      writeIfAdvanced();
      failing = false;
    } catch (IOException | RuntimeException e) {
      // The store itself logs why it cannot be read, and is not ready then.
      if (!failing) {
        failing = true;
        LOGGER.warn("cannot write the high-water mark; retrying", e);
      }
    }
  }

  /** Writes the position of the store if it has advanced, or if the file of the mark is gone. */
  synchronized void writeIfAdvanced() throws IOException {
    // Fails if the store's own files are gone: the files with their names belong to another
    // process.
    StorePosition position = store.position(written.position());
    MarkFile.Mark now = new MarkFile.Mark(position, clockMicros.getAsLong());
    boolean due = Math.abs(now.micros() - written.micros()) >= TIME_INTERVAL_MICROS;
    try {
      if (!file.isAt(path)) {
        MarkFile replacement = MarkFile.replace(path, now, sync);
        file.close();
        file = replacement;
        written = now;
        LOGGER.warn("{} was removed or replaced under the running server; writing it again", path);
      } else if (due || !position.equals(written.position())) {
        file.write(now);
        if (now.micros() < written.micros()) {
          // After the clock was set back, both slots need the earlier time: of two marks with the
          // same position, the one with the later time counts.
          file.write(now);
        }
        written = now;
      }
    } catch (MarkFile.FailedSyncException e) {
      // The store is on the same disk.
      fatalErrors.halt(StoreException.notApplied("cannot sync the high-water mark", e));
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    thread.shutdown();
    try {
      if (thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        writeIfAdvanced();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      file.close();
    }
  }
}
