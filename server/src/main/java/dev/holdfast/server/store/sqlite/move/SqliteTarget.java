package dev.holdfast.server.store.sqlite.move;

import static java.util.Objects.requireNonNull;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.BatchId;
import dev.holdfast.server.ledger.engine.LedgerStore.Transaction;
import dev.holdfast.server.ledger.engine.Maintenance.ServedNote;
import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.ReadSet;
import dev.holdfast.server.store.FatalErrors;
import dev.holdfast.server.store.move.LedgerContents;
import dev.holdfast.server.store.move.LedgerTarget;
import dev.holdfast.server.store.move.MoveException;
import dev.holdfast.server.store.move.RepositoryPart;
import dev.holdfast.server.store.move.StoredRepository;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.backup.BookCheck;
import dev.holdfast.server.store.sqlite.backup.PartialFile;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.directory.EmptyDirectory;
import dev.holdfast.server.store.sqlite.mark.MovedStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A new store in an empty directory. It is written like any store, in transactions of many rows,
 * and gets its name last, so that no server opens a part of it.
 */
public final class SqliteTarget extends LedgerTarget {
  private static final int PARTS_PER_TRANSACTION = 256;

  private final DataDirectory directory;
  private final PartialFile partial;
  private final long nowMicros;
  private final SqliteStore store;
  private boolean storeOpen = true;

  /** The transaction that is being written; null for none. */
  private @Nullable Transaction transaction;

  /** The books of the repositories that were loaded in the transaction. */
  private final Map<String, Repository> loaded = new HashMap<>();

  private int parts;
  private final Map<String, Long> compactedRevisions = new HashMap<>();
  private long firstRevision;
  private long servedMicros;

  private SqliteTarget(
      DataDirectory directory, PartialFile partial, SqliteStore store, long nowMicros) {
    this.directory = directory;
    this.partial = partial;
    this.store = store;
    this.nowMicros = nowMicros;
  }

  /**
   * Begins a store in an empty or missing directory.
   *
   * @param holder a description of this process, for the error message of other processes
   * @param nowMicros the time, in microseconds since the epoch
   * @param fatalErrors ends the process when the disk may have lost written data
   * @throws MoveException if the directory is not empty
   */
  public static SqliteTarget open(
      Path dataDir, String holder, long nowMicros, FatalErrors fatalErrors) throws IOException {
    Path absolute = dataDir.toAbsolutePath().normalize();
    requireEmpty(absolute);
    DataDirectory directory = DataDirectory.hold(absolute, holder);
    try {
      requireEmpty(absolute);
      PartialFile partial = new PartialFile(directory.unfinished(), directory.mark());
      try {
        return new SqliteTarget(
            directory, partial, SqliteStore.open(partial.path(), fatalErrors), nowMicros);
      } catch (RuntimeException e) {
        partial.close();
        throw e;
      }
    } catch (IOException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  private static void requireEmpty(Path directory) throws IOException {
    String obstacle = EmptyDirectory.obstacle(directory);
    if (obstacle != null) {
      throw new MoveException(obstacle);
    }
  }

  @Override
  public String location() {
    return directory.path().toString();
  }

  @Override
  public void ledger(long first, long served) {
    firstRevision = first;
    servedMicros = served;
  }

  @Override
  public void repository(StoredRepository repository) {
    writeGathered();
    Repository books = repository.books();
    if (repository.compactedRevision() > 0) {
      compactedRevisions.put(books.id(), repository.compactedRevision());
    }
    Transaction open = transaction();
    var unused = open.load(new ReadSet(books.id()), nowMicros);
    open.write(
        new Delta(
            null,
            books,
            List.of(),
            List.of(),
            new Delta.OffersDelta(false, Map.of(), Map.of()),
            List.of(),
            List.of(),
            new Delta.KeysDelta(Map.of(), repository.lastVersion())));
    loaded.put(books.id(), books);
    commitIfLarge();
  }

  @Override
  protected void write(RepositoryPart part) {
    Transaction open = transaction();
    open.write(
        part.delta(
            loaded.computeIfAbsent(
                part.repositoryId(),
                id ->
                    requireNonNull(
                        open.load(new ReadSet(id), nowMicros).books().repository(), id))));
    commitIfLarge();
  }

  private Transaction transaction() {
    Transaction open = transaction;
    if (open == null) {
      open = store.begin(new TreeSet<>());
      transaction = open;
    }
    return open;
  }

  private void commitIfLarge() {
    if (++parts >= PARTS_PER_TRANSACTION) {
      commitWritten();
    }
  }

  private void commitWritten() {
    try (Transaction open = transaction) {
      transaction = null;
      loaded.clear();
      parts = 0;
      if (open != null) {
        open.commit(BatchId.random());
      }
    }
  }

  @Override
  public void served(long micros) {
    note(new ServedNote(micros, 0));
  }

  private void note(ServedNote note) {
    writeGathered();
    commitWritten();
    var unused = store.maintenance().purge(note, 0, 0);
  }

  @Override
  public LedgerContents written() {
    // The total alone: another note would say that the last events are as new as this one.
    note(new ServedNote(servedMicros, Long.MAX_VALUE));
    storeOpen = false;
    store.close();
    MovedStore.complete(
        partial.path(), directory.mark(), firstRevision, compactedRevisions, nowMicros);
    return SqliteContents.of(partial.path(), location());
  }

  @Override
  public void commit() {
    var unused = BookCheck.check(partial.path(), "the new ledger");
    try {
      partial.moveTo(directory.database());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      closeStore();
    } finally {
      // It deletes the file, unless it has its name.
      partial.close();
      directory.release();
    }
  }

  private void closeStore() {
    Transaction unfinished = transaction;
    transaction = null;
    try {
      if (unfinished != null) {
        unfinished.close();
      }
    } finally {
      if (storeOpen) {
        storeOpen = false;
        store.close();
      }
    }
  }
}
