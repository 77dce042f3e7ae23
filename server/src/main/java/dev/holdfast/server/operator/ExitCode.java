package dev.holdfast.server.operator;

/** The exit codes of the operator's commands, for scripts. They never change. */
final class ExitCode {
  static final int OK = 0;

  /** The server refused for another reason than those below, or the books do not balance. */
  static final int FAILED = 1;

  /** Wrong flags, or values that the server does not accept. */
  static final int USAGE = 2;

  /** The server is unreachable or not serving, or did not answer in time. */
  static final int UNAVAILABLE = 3;

  /** The server refused the caller: authentication or permission. */
  static final int DENIED = 4;

  /** No offer would sell a slot to the storage request. */
  static final int NOT_SOLD = 5;

  /** The lines of {@code --help} that describe the codes. */
  static final String HEADING = "%nExit codes:%n";

  private ExitCode() {}
}
