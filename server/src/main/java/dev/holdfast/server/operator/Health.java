package dev.holdfast.server.operator;

import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import java.security.cert.CertPathBuilderException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * Asks for the health of a server, as load balancers do: without a token, and once. So a server
 * that is not there is reported at once, with its cause, while calls of the SDK are retried.
 */
final class Health {
  static final String SERVING = "SERVING";

  /** The alerts of a server that does not accept the client's certificate, or its absence. */
  private static final List<String> CERTIFICATE_ALERTS =
      List.of(
          "certificate required",
          "bad certificate",
          "certificate unknown",
          "certificate expired",
          "unknown ca");

  private Health() {}

  /** Thrown when a server does not answer. */
  static final class UnreachableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    UnreachableException(String message, int exitCode) {
      super(message);
      this.exitCode = exitCode;
    }

    int exitCode() {
      return exitCode;
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
        case UNAVAILABLE -> throw unreachable(status, connection);
        case DEADLINE_EXCEEDED ->
            throw new UnreachableException(
                server + " did not answer within " + connection.deadline().toMillis() + " ms",
                ExitCode.UNAVAILABLE);
        default -> {
          return "UNKNOWN";
        }
      }
    } finally {
      channel.shutdownNow();
    }
  }

  private static UnreachableException unreachable(Status status, ConnectionOptions connection) {
    String server = connection.server();
    for (Throwable cause = status.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof CertPathBuilderException) {
        return new UnreachableException(
            "the certificate of " + server + " is not trusted; name its CA with --tls-ca",
            ExitCode.UNAVAILABLE);
      } else if (cause instanceof SSLException && isAboutCertificate(cause)) {
        return new UnreachableException(
            server
                + (connection.hasCertificate()
                    ? " does not accept the client certificate of --tls-cert"
                    : " asks for a client certificate; use --tls-cert and --tls-key"),
            ExitCode.DENIED);
      }
    }
    return new UnreachableException(
        "cannot reach " + server + causes(status), ExitCode.UNAVAILABLE);
  }

  /** Returns whether the server's alert is about the certificate of the client. */
  private static boolean isAboutCertificate(Throwable alert) {
    // OpenSSL and the JDK spell the names of the alerts in their own ways.
    String message = String.valueOf(alert.getMessage()).toLowerCase(Locale.ROOT).replace('_', ' ');
    return message.contains("alert") && CERTIFICATE_ALERTS.stream().anyMatch(message::contains);
  }

  private static String causes(Status status) {
    StringBuilder causes = new StringBuilder();
    if (status.getDescription() != null) {
      // gRPC adds the names of its handlers, which tell an operator nothing.
      causes.append(": ").append(status.getDescription().split("\\s*Channel Pipeline:", 2)[0]);
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
