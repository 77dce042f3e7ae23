package dev.holdfast.server.store.sqlite.backup;

/**
 * Reports that a backup cannot be written, used or restored. The message says why and what to do,
 * in one line for the operator; nothing was left under the final name.
 */
public final class BackupException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  BackupException(String message) {
    super(message);
  }

  BackupException(String message, Throwable cause) {
    super(message, cause);
  }
}
