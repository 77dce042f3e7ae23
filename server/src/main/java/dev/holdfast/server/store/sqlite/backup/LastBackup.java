package dev.holdfast.server.store.sqlite.backup;

import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.directory.OwnerOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * Records in the data directory when the last successful backup was taken, so that a running server
 * can report it.
 */
public final class LastBackup {
  private static final String NAME = "holdfast.backup";
  private static final int MAX_BYTES = 64;

  private LastBackup() {}

  /**
   * Returns the time of the snapshot of the last successful backup; empty if there is none.
   *
   * @throws IOException if the file cannot be read, or is malformed
   */
  public static Optional<Instant> read(Path dataDir) throws IOException {
    Path file = dataDir.resolve(NAME);
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new IOException(file + " is malformed");
      }
      return Optional.of(Instant.parse(Files.readString(file).strip()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (DateTimeParseException e) {
      throw new IOException(file + " is malformed: " + e.getMessage(), e);
    }
  }

  /** Records the time of a backup. */
  static void write(Path dataDir, Instant time) throws IOException {
    Path fresh = dataDir.resolve(NAME + ".new");
    Files.deleteIfExists(fresh);
    OwnerOnly.createFile(fresh);
    Files.writeString(fresh, time + "\n");
    // A backup that the superuser takes must not leave a file that the server cannot read.
    UserPrincipal owner = Files.getOwner(DataDirectory.database(dataDir));
    if (!owner.equals(Files.getOwner(fresh))) {
      Files.setOwner(fresh, owner);
    }
    Files.move(fresh, dataDir.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
  }
}
