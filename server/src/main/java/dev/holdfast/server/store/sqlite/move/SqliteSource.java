package dev.holdfast.server.store.sqlite.move;

import dev.holdfast.server.store.FatalErrors;
import dev.holdfast.server.store.move.ContentsVisitor;
import dev.holdfast.server.store.move.LedgerContents;
import dev.holdfast.server.store.move.MoveException;
import dev.holdfast.server.store.move.MoveProgress;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.mark.HighWaterMark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A stopped ledger in a data directory, which no server can start while it is open. */
public final class SqliteSource implements LedgerContents {
  private final DataDirectory directory;
  private final SqliteContents contents;

  private SqliteSource(DataDirectory directory, SqliteContents contents) {
    this.directory = directory;
    this.contents = contents;
  }

  /**
   * Opens a ledger. Recovers and migrates it first, as a server would at its start.
   *
   * @param holder a description of this process, for the error message of other processes
   * @param fatalErrors ends the process when the disk may have lost written data
   * @throws MoveException if there is no ledger
   * @throws IllegalStateException if the ledger is in use, or lost a part
   */
  public static SqliteSource open(Path dataDir, String holder, FatalErrors fatalErrors)
      throws IOException {
    Path absolute = dataDir.toAbsolutePath().normalize();
    if (!Files.exists(DataDirectory.database(absolute))) {
      throw new MoveException("there is no ledger in " + absolute);
    }
    DataDirectory directory = DataDirectory.hold(absolute, holder);
    try {
      HighWaterMark.check(directory);
      SqliteStore.open(directory.database(), fatalErrors).close();
      return new SqliteSource(
          directory, new SqliteContents(directory.database(), absolute.toString()));
    } catch (IOException | RuntimeException e) {
      directory.close();
      throw e;
    }
  }

  @Override
  public void check() {
    contents.check();
  }

  @Override
  public void visit(ContentsVisitor visitor, MoveProgress progress) {
    contents.visit(visitor, progress);
  }

  @Override
  public String location() {
    return contents.location();
  }

  @Override
  public void close() {
    contents.close();
    try {
      directory.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
