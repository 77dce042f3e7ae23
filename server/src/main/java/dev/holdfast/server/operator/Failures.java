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
      message = "cannot reach " + server + ": " + message + rootCause(e);
    } else if (e instanceof RevisionCompactedException compacted) {
      message += "; the oldest event that is kept has revision " + compacted.oldestRevision();
    }
    return message.replaceAll("\\s+", " ").strip();
  }

  private static boolean isDenied(HoldfastException e) {
    return switch (Status.fromThrowable(e).getCode()) {
      case UNAUTHENTICATED, PERMISSION_DENIED -> true;
      default -> false;
    };
  }

  private static String rootCause(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage();
    return root == e || message == null || e.getMessage().contains(message) ? "" : ": " + message;
  }
}
