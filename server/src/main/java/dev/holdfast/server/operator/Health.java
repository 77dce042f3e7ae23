package dev.holdfast.server.operator;

import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.util.concurrent.TimeUnit;

/** Asks for the health of a server, as load balancers do, without a token. */
final class Health {
  static final String SERVING = "SERVING";

  private Health() {}

  /**
   * Returns the health as gRPC names it; {@code UNREACHABLE} or {@code UNKNOWN} if the
   * server does not tell.
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
      return switch (e.getStatus().getCode()) {
        case UNAVAILABLE, DEADLINE_EXCEEDED -> "UNREACHABLE";
        default -> "UNKNOWN";
      };
    } finally {
      channel.shutdownNow();
    }
  }
}
