package dev.holdfast.server.operator;

import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.util.concurrent.TimeUnit;

/**
 * Asks for the health of a server, as load balancers do: without a token, and once. So a server
 * that is not there is reported at once, with its cause, while calls of the SDK are retried.
 */
final class Health {
  static final String SERVING = "SERVING";

  private Health() {}

  /** Thrown when a server does not answer. */
  static final class UnreachableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnreachableException(String message) {
      super(message);
    }
  }

  /**
   * Returns the health as gRPC names it; {@code UNKNOWN} if the server has no such service.
   *
   * @throws UnreachableException if there is no answer
   */
  static String of(ConnectionOptions connection) {
    ManagedChannel channel =
        Grpc.newChannelBuilder(connection.server(), connection.credentials()).build();
    try {
      return HealthGrpc.newBlockingStub(channel)
          .withDeadlineAfter(connection.deadline().toMillis(), TimeUnit.MILLISECONDS)
          .check(HealthCheckRequest.getDefaultInstance())
          .getStatus()
          .name();
    } catch (StatusRuntimeException e) {
      String server = connection.server();
      Status status = e.getStatus();
      switch (status.getCode()) {
        case UNAVAILABLE ->
            throw new UnreachableException("cannot reach " + server + causes(status));
        case DEADLINE_EXCEEDED ->
            throw new UnreachableException(
                server + " did not answer within " + connection.deadline().toMillis() + " ms");
        default -> {
          return "UNKNOWN";
        }
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private static String causes(Status status) {
    StringBuilder causes = new StringBuilder();
    if (status.getDescription() != null) {
      causes.append(": ").append(status.getDescription());
    }
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message != null && causes.indexOf(message) < 0) {
        causes.append(": ").append(message);
      }
    }
    return causes.toString();
  }
}
