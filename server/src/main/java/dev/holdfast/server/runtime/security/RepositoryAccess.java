package dev.holdfast.server.runtime.security;

import com.google.protobuf.Message;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.runtime.security.AccessControl.Grant;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Rejects requests that name a repository beyond the caller's reach, or ask for more than its role
 * allows. The rejection is the same whether the repository exists or not.
 */
final class RepositoryAccess implements ServerInterceptor {
  private final DenialLog denials;

  RepositoryAccess(DenialLog denials) {
    this.denials = denials;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Grant grant = AccessControl.GRANT.get();
    if (grant == null) {
      return next.startCall(call, headers);
    }
    return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
      private boolean denied;

      @Override
      public void onMessage(Q request) {
        if (denied) {
          return;
        } else if (allows(grant, (Message) request)) {
          super.onMessage(request);
          return;
        }
        denied = true;
        denials.forbidden(call, grant.caller());
        AccessControl.close(call, Rejections.permissionDenied(grant.caller().role().text()));
      }

      @Override
      public void onHalfClose() {
        if (!denied) {
          super.onHalfClose();
        }
      }
    };
  }

  private static boolean allows(Grant grant, Message request) {
    String repository = grant.rule().repository().apply(request);
    return grant.caller().role().includes(grant.rule().messageRole().apply(request))
        && (repository == null || grant.caller().reaches(repository));
  }
}
