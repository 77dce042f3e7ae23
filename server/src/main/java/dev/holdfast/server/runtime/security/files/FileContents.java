package dev.holdfast.server.runtime.security.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The contents of a file.
 *
 * @param path the name by which it was read
 * @param bytes at most {@link #MAX_BYTES}
 */
@SuppressWarnings("ArrayRecordComponent") // The bytes are parsed once, and not kept.
public record FileContents(Path path, byte[] bytes) {
  /** Maximum size of a file: some ten thousand tokens or certificates. */
  public static final int MAX_BYTES = 4 << 20;

  /**
   * Reads a file. Symbolic links are followed, so a directory whose link is swapped is read too.
   *
   * @throws InvalidFileException if it cannot be read, or is too large
   */
  public static FileContents read(Path path) throws InvalidFileException {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new InvalidFileException(path, "is larger than " + MAX_BYTES + " bytes");
      }
      return new FileContents(path, bytes);
    } catch (NoSuchFileException e) {
      throw new InvalidFileException(path, "does not exist");
    } catch (AccessDeniedException e) {
      throw new InvalidFileException(
          path, "is not readable for the user " + System.getProperty("user.name"));
    } catch (IOException e) {
      throw new InvalidFileException(path, "cannot be read: " + e.getMessage());
    }
  }
}
