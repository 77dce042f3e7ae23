package dev.holdfast.server.runtime.security;

import dev.holdfast.server.api.access.RpcRule;
import dev.holdfast.server.api.access.RpcRules;
import dev.holdfast.server.api.calls.CallerContext;
import dev.holdfast.server.api.convert.Statuses;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.Rejections;
import dev.holdfast.server.runtime.security.tls.TlsPeer;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import java.util.Objects;

/**
 * Authenticates each call before its request is read, and rejects it if its caller's role does not
 * allow it. {@link RepositoryAccess} then checks what the request asks for.
 */
public final class AccessControl implements ServerInterceptor {
  /** The grant of the current call; absent for calls that are open to everybody. */
  static final Context.Key<Grant> GRANT = Context.key("holdfast.grant");

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Security security;
  private final RpcRules rules = new RpcRules();
  private final DenialLog denials = new DenialLog();

  /**
   * The rights with which a call began.
   *
   * @param credential what proved them
   */
  record Grant(Caller caller, Credential credential, RpcRule rule) {}

  public AccessControl(Security security) {
    this.security = security;
  }

  /** Returns the interceptor that checks requests; it must be the last one before a service. */
  public ServerInterceptor ofRequests() {
    return new RepositoryAccess(denials);
  }

  /**
   * Requires a rule for each RPC of a server.
   *
   * @throws IllegalStateException if an RPC has none
   */
  public void requireRules(Server server) {
    for (ServerServiceDefinition service : server.getImmutableServices()) {
      rules.requireAll(service.getServiceDescriptor().getMethods());
    }
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    RpcRule rule = rules.of(call.getMethodDescriptor().getFullMethodName());
    if (rule != null && rule.role() == null) {
      return next.startCall(call, headers);
    }
    String authorization = headers.get(AUTHORIZATION);
    Credential credential =
        security.credential(
            authorization,
            TlsPeer.certificates(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION)));
    Caller caller = security.caller(credential);
    if (caller == null || credential == null || rule == null) {
      denials.unauthenticated(call);
      return close(call, Rejections.unauthenticated());
    } else if (!caller.role().includes(Objects.requireNonNull(rule.role()))) {
      denials.forbidden(call, caller);
      return close(call, Rejections.permissionDenied(caller.role().text()));
    }
    // Nothing behind this needs the secret, so nothing behind this can log it.
    headers.discardAll(AUTHORIZATION);
    Context context =
        CallerContext.in(Context.current(), caller.name(), caller::reaches)
            .withValue(GRANT, new Grant(caller, credential, rule));
    return Contexts.interceptCall(context, call, headers, next);
  }

  static <Q> ServerCall.Listener<Q> close(ServerCall<Q, ?> call, Rejection rejection) {
    StatusRuntimeException refusal = Statuses.of(rejection);
    call.close(refusal.getStatus(), Objects.requireNonNull(refusal.getTrailers()));
    return new ServerCall.Listener<>() {};
  }

  /** Returns whether the call of a context still has the rights with which it began. */
  public boolean stillGranted(Context call) {
    Grant grant = GRANT.get(call);
    return grant == null || grant.caller().equals(security.caller(grant.credential()));
  }
}
