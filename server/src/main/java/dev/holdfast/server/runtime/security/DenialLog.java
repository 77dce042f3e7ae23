package dev.holdfast.server.runtime.security;

import dev.holdfast.server.runtime.admin.AdminRequest;
import dev.holdfast.server.runtime.network.LineLimit;
import io.grpc.Grpc;
import io.grpc.ServerCall;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs denied calls and requests, at most one line a minute of each kind. Secrets are not logged.
 */
final class DenialLog {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast.security");

  private final LineLimit unauthenticated = new LineLimit();
  private final LineLimit forbidden = new LineLimit();

  /** Logs a call without a valid credential. */
  void unauthenticated(ServerCall<?, ?> call) {
    long suppressed = unauthenticated.admit();
    if (suppressed >= 0) {
      LOG.warn(
          "denied {} from {}: no valid token or certificate; {} more since the last line",
          call.getMethodDescriptor().getFullMethodName(),
          call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR),
          suppressed);
    }
  }

  /**
   * Logs a request on the admin port without a valid credential.
   *
   * @param what what it asked for
   */
  void unauthenticated(AdminRequest request, String what) {
    long suppressed = unauthenticated.admit();
    if (suppressed >= 0) {
      LOG.warn(
          "denied {} to {}: no valid token or certificate; {} more since the last line",
          what,
          request.client().getHostAddress(),
          suppressed);
    }
  }

  /** Logs a call that its caller may not make. */
  void forbidden(ServerCall<?, ?> call, Caller caller) {
    long suppressed = forbidden.admit();
    if (suppressed >= 0) {
      LOG.warn(
          "denied {} to {} '{}': not allowed, or not for that repository; {} more since the last"
              + " line",
          call.getMethodDescriptor().getFullMethodName(),
          caller.role().text(),
          caller.name(),
          suppressed);
    }
  }
}
