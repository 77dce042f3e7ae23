package dev.holdfast.server.store.sqlite.backup;

import dev.holdfast.server.store.sqlite.directory.OpenFiles;
import dev.holdfast.server.store.sqlite.directory.OwnerOnly;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file under a temporary name, with the files that SQLite creates beside it. It is deleted unless
 * it gets its final name, also when a signal ends the process.
 */
public final class PartialFile implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(PartialFile.class);

  private static final int SIGNAL_PASSES = 5;
  private static final long SIGNAL_PASS_MILLIS = 20;
  private static final List<String> SUFFIXES = List.of("", "-journal", "-wal", "-shm");

  private final Path path;
  private final List<Path> all = new ArrayList<>();
  private final Thread hook = new Thread(this::deleteAtSignal, "delete-partial-file");
  private final @Nullable Object key;
  private volatile boolean interrupted;
  private boolean ended;

  /**
   * Creates the file, readable by its owner only. Replaces files that a killed process left.
   *
   * @param others other files that are deleted with it
   */
  public PartialFile(Path path, Path... others) throws IOException {
    this.path = path;
    for (String suffix : SUFFIXES) {
      all.add(path.resolveSibling(path.getFileName() + suffix));
    }
    all.addAll(List.of(others));
    delete();
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      OwnerOnly.createFile(path);
      this.key = OpenFiles.key(path);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /** Returns the temporary name. */
  public Path path() {
    return path;
  }

  /**
   * Gives the synced file its final name, durably.
   *
   * @throws BackupException if another process replaced the file, or made one of the final name
   */
  public synchronized void moveTo(Path target) throws IOException {
    if (key != null && OpenFiles.isReplaced(path, key)) {
      throw new BackupException(
          path + " was replaced meanwhile; is another one being written to " + target + "?");
    }
    if (Files.exists(target)) {
      throw new BackupException(target + " exists by now, and is not overwritten");
    }
    sync(path);
    Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
    ended = true;
    try (FileChannel directory = FileChannel.open(target.toAbsolutePath().getParent())) {
      directory.force(true);
    }
  }

  private static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private void delete() throws IOException {
    for (Path file : all) {
      Files.deleteIfExists(file);
    }
  }

  /** Returns whether a signal ended the process, so that every other failure is a consequence. */
  public boolean interrupted() {
    return interrupted;
  }

  /** Deletes the files several times, because SQLite may have been about to create one. */
  private synchronized void deleteAtSignal() {
    interrupted = true;
    try {
      for (int pass = 0; pass < SIGNAL_PASSES && !ended; pass++) {
        delete();
        Thread.sleep(SIGNAL_PASS_MILLIS);
      }
      ended = true;
    } catch (IOException | InterruptedException e) {
      LOGGER.warn("cannot delete {}; the next run replaces it", path, e);
    }
  }

  private synchronized void deleteUnlessMoved() {
    if (!ended) {
      ended = true;
      try {
        delete();
      } catch (IOException e) {
        LOGGER.warn("cannot delete {}; the next run replaces it", path, e);
      }
    }
  }

  @Override
  public void close() {
    deleteUnlessMoved();
    try {
      var unused = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOGGER.debug("the process ends", e);
    }
  }
}
