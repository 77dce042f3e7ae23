package dev.holdfast.server.runtime.engine;

import dev.holdfast.server.store.sqlite.directory.DiskTrouble;
import java.io.IOException;
import java.nio.file.Path;

/** Reports that the program cannot start; the message is the reason, written for the operator. */
public final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean ofArguments;

  public StartException(String message) {
    super(message);
    this.ofArguments = false;
  }

  public StartException(String message, Throwable cause) {
    this(message, cause, false);
  }

  private StartException(String message, Throwable cause, boolean ofArguments) {
    super(message, cause);
    this.ofArguments = ofArguments;
  }

  /** Returns the exception for a data directory that cannot be used. */
  public static StartException of(Path dataDir, Exception failure) {
    String trouble = DiskTrouble.explain(dataDir, failure);
    if (trouble == null && failure instanceof IOException) {
      // The exception's class says what happened; its message is only the file name.
      trouble = "cannot use the data directory " + dataDir + ": " + failure;
    }
    return new StartException(trouble == null ? reason(failure) : trouble, failure);
  }

  /** Returns the exception for any other failure. */
  public static StartException of(Exception failure) {
    return new StartException(reason(failure), failure);
  }

  /** Returns the exception for a failure that recurs until somebody corrects the arguments. */
  static StartException ofArguments(Exception failure) {
    return new StartException(reason(failure), failure, true);
  }

  /** Returns whether the arguments are wrong, or what they name; another try would fail, too. */
  public boolean isOfArguments() {
    return ofArguments;
  }

  private static String reason(Exception failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getMessage() == null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
