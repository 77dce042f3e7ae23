package dev.holdfast.server.operator;

import dev.holdfast.client.errors.HoldfastException;
import dev.holdfast.client.errors.RevisionCompactedException;
import dev.holdfast.client.errors.UnavailableException;
import io.grpc.Status;

/** Tells the failure of a call in one line, and the exit code for it. */
final class Failures {
  private Failures() {}

  /** Returns the exit code for an error. */
  static int exitCode(HoldfastException e) {
    return switch (e.reason()) {
      case INVALID_ARGUMENT -> ExitCode.USAGE;
      case UNAUTHENTICATED, PERMISSION_DENIED -> ExitCode.DENIED;
      case OVERLOADED, DRAINING, STORE_UNAVAILABLE -> ExitCode.UNAVAILABLE;
      // Without a reason, it is not the ledger that answered.
      case NONE -> isDenied(e) ? ExitCode.DENIED : ExitCode.UNAVAILABLE;
      default -> ExitCode.FAILED;
    };
  }

  /** Returns the error in one line, for a person. */
  static String message(HoldfastException e, String server) {
    String message = e.getMessage();
    if (e instanceof UnavailableException && e.reasonName().isEmpty()) {
      message = "no answer from " + server + ": " + message;
    } else if (e instanceof RevisionCompactedException compacted) {
      message += "; the oldest event that is kept has revision " + compacted.oldestRevision();
    }
    return oneLine(message);
  }

  /** Returns the message of an error in one line. */
  static String oneLine(Exception e) {
    return oneLine(String.valueOf(e.getMessage()));
  }

  private static String oneLine(String message) {
    return message.replaceAll("\\s+", " ").strip();
  }

  private static boolean isDenied(HoldfastException e) {
    return switch (Status.fromThrowable(e).getCode()) {
      case UNAUTHENTICATED, PERMISSION_DENIED -> true;
      default -> false;
    };
  }
}
