package dev.holdfast.server.runtime;

import dev.holdfast.server.store.sqlite.directory.DiskTrouble;
import java.io.IOException;
import java.nio.file.Path;

/** The program cannot begin; the message says why to a person. */
final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StartException(String message) {
    super(message);
  }

  StartException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What keeps somebody from using a data directory. */
  static StartException of(Path dataDir, Exception failure) {
    String trouble = DiskTrouble.explain(dataDir, failure);
    if (trouble == null && failure instanceof IOException) {
      // Its class says what happened; its message is only the file's name.
      trouble = "cannot use the data dir " + dataDir + ": " + failure;
    }
    return new StartException(trouble == null ? reason(failure) : trouble, failure);
  }

  private static String reason(Exception failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getMessage() == null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
