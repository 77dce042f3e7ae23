package dev.holdfast.server.runtime.security.files;

import java.nio.file.Path;

/** Reports that a file is malformed. The message says where, and what to write instead. */
public final class InvalidFileException extends Exception {
  private static final long serialVersionUID = 1;

  /** Reports that a file as a whole is unusable. */
  public InvalidFileException(Path file, String why) {
    super(file + ": " + why);
  }

  /**
   * Reports that a line is malformed.
   *
   * @param line the number of the line, from 1
   */
  public InvalidFileException(Path file, int line, String why) {
    super(file + ":" + line + ": " + why);
  }
}
