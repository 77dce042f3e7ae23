package dev.holdfast.server.store.sqlite.mark;

import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.store.FatalErrors;
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
 * Says outside the database how far it has come, so that a store that lost its newest part is told
 * from one that is whole: SQLite takes a log that is missing or cut off for the end of what was
 * written.
 *
 * <p>A thread beside the writer reads what is committed and writes it down, so the mark is never
 * ahead of the store, and at most a second behind it.
 */
public final class HighWaterMark implements AutoCloseable {
  private static final long EVERY_MILLIS = 500;

  /** How often the time is written where nothing else is. */
  private static final long EVERY_MICROS = 60_000_000;

  private static final long END_SECONDS = 10;
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

  /** A store lost changes that were acknowledged, or may have. */
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
    this.file = MarkFile.make(path, written, sync);
  }

  /**
   * Compares a store that nobody has open with its mark.
   *
   * @throws LossException where the store is behind it, or nobody can tell
   */
  public static void check(DataDirectory directory) throws IOException {
    String loss = loss(directory, MarkFile.read(directory.mark()));
    if (loss != null) {
      throw new LossException(
          loss
              + ". Put its newest files back, or start 'serve' with --accept-loss to go on with"
              + " what is there; Reconcile is due then");
    }
  }

  /**
   * Goes on with a store that is behind its mark: its revisions are raised. Does nothing where
   * nothing is lost.
   */
  public static void acceptLoss(DataDirectory directory, long nowMicros) throws IOException {
    MarkFile.Content content = MarkFile.read(directory.mark());
    String loss = loss(directory, content);
    if (loss == null) {
      return;
    }
    MarkFile.Mark before = content.mark();
    long highestGiven = before == null ? 0 : before.position().revision();
    try (SqliteConnection connection = SqliteConnection.writer(directory.database())) {
      SqliteStore.prepare(connection);
      int raised = RevisionRaise.run(connection, highestGiven, nowMicros);
      // A crash before the mark is made anew must not lead to a second raise.
      MarkFile.Mark mark = new MarkFile.Mark(StorePosition.of(connection), nowMicros);
      MarkFile.make(directory.mark(), mark, MarkFile.Sync.REAL).close();
      LOGGER.warn(
          "{}. That is accepted: all revisions are raised by 2^40, in {}; Reconcile is due",
          loss,
          raised == 1 ? "1 repository" : raised + " repositories");
    } catch (SQLException e) {
      throw StoreException.notApplied("cannot go on with " + directory.database(), e);
    }
  }

  /** What is lost, or may be; null for nothing. */
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
      Path log = database.resolveSibling(database.getFileName() + "-wal");
      return Files.exists(log)
          ? lost + database.getFileName() + " is missing, but " + log.getFileName() + " is there"
          : null;
    }
    StorePosition found = position(database);
    if (mark == null) {
      if (found.isEmpty() && !content.found()) {
        return null;
      }
      return "whether "
          + store
          + " lost acknowledged changes cannot be told, as "
          + directory.mark().getFileName()
          + (content.found() ? " is damaged" : " is missing")
          + "; the highest revision in it is "
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
              + ", but "
              + mark.revision()
              + " was given out";
      return mark.revision() - found.revision() < RevisionRaise.RAISE / 2
          ? revisions
          : revisions + ": it is from before a loss was accepted";
    } else if (found.chunk() < mark.chunk()) {
      return " lacks events of some repositories";
    } else if (found.versions() < mark.versions()) {
      return " lacks the last " + (mark.versions() - found.versions()) + " puts into datastores";
    }
    return " lacks the last "
        + (mark.quietCommits() - found.quietCommits())
        + " commits of offers, of renewed leases or of deleted keys";
  }

  private static StorePosition position(Path database) throws IOException {
    Path index = database.resolveSibling(database.getFileName() + "-shm");
    boolean hadIndex = Files.exists(index);
    try (SqliteConnection connection = SqliteConnection.untouching(database)) {
      return SqliteStore.isFresh(connection) ? StorePosition.NOTHING : StorePosition.of(connection);
    } catch (SQLException e) {
      throw StoreException.notApplied("cannot open " + database, e);
    } finally {
      if (!hadIndex) {
        Files.deleteIfExists(index);
      }
    }
  }

  /**
   * Keeps the mark of a store from now on, until it is closed, which is before the store is.
   *
   * @param fatalErrors who ends the process where a sync of the mark fails
   * @param clockMicros the time, in microseconds since the epoch
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
            mark::look, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    return mark;
  }

  private void look() {
    try {
      writeIfFurther();
      failing = false;
    } catch (IOException | RuntimeException e) {
      // The store itself tells why it cannot be read, and is refused then.
      if (!failing) {
        failing = true;
        LOGGER.warn("cannot write the high-water mark; it is tried again", e);
      }
    }
  }

  /** Writes how far the store has come, where it has, or where the file is gone. */
  synchronized void writeIfFurther() throws IOException {
    // Refused where the store's own files are gone: what is there now is somebody else's.
    StorePosition position = store.position(written.position());
    MarkFile.Mark now = new MarkFile.Mark(position, clockMicros.getAsLong());
    boolean due = Math.abs(now.micros() - written.micros()) >= EVERY_MICROS;
    try {
      if (!file.isAt(path)) {
        MarkFile again = MarkFile.replace(path, now, sync);
        file.close();
        file = again;
        written = now;
        LOGGER.warn(
            "{} was removed or replaced under the running server; it is written again", path);
      } else if (due || !position.equals(written.position())) {
        file.write(now);
        if (now.micros() < written.micros()) {
          // The clock was set back, and of two that differ in the time alone the later one counts.
          file.write(now);
        }
        written = now;
      }
    } catch (MarkFile.FailedSyncException e) {
      // The store lies on the same disk.
      fatalErrors.halt(StoreException.notApplied("cannot sync the high-water mark", e));
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    thread.shutdown();
    try {
      if (thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        writeIfFurther();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      file.close();
    }
  }
}
