package dev.holdfast.server.runtime.security;

import dev.holdfast.server.runtime.admin.AdminHandler;
import dev.holdfast.server.runtime.admin.AdminRequest;
import dev.holdfast.server.runtime.admin.AdminResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may see what on the admin port. Probes are open to everybody, and so are metrics on
 * loopback, where scrapers of the same machine are. A browser keeps its token in a cookie.
 */
public final class AdminAccess {
  /** The cookie with the token of a browser that has logged in. */
  public static final String COOKIE = "holdfast_session";

  private static final String METRICS = "/metrics";

  private final Security security;
  private final boolean loopback;
  private final Runnable denialCounter;
  private final DenialLog denials = new DenialLog();

  /**
   * Makes the access rules of a port.
   *
   * @param loopback whether the port can be reached from this machine only
   * @param denialCounter counts a request that is denied for want of a valid credential
   */
  public AdminAccess(Security security, boolean loopback, Runnable denialCounter) {
    this.security = security;
    this.loopback = loopback;
    this.denialCounter = denialCounter;
  }

  /** Returns the caller of a request; null if it shows no valid credential. */
  public @Nullable Caller caller(AdminRequest request) {
    if (!security.authenticates()) {
      return Caller.ANYBODY;
    }
    return security.caller(security.credential(authorization(request), request.certificates()));
  }

  /**
   * Returns the caller of a request for the page; null if it shows no valid credential. A token
   * that is not valid is logged and counted; who shows none has not logged in yet.
   */
  public @Nullable Caller admit(AdminRequest request) {
    Caller caller = caller(request);
    if (caller == null && authorization(request) != null) {
      denied(request, "the page");
    }
    return caller;
  }

  private void denied(AdminRequest request, String what) {
    denialCounter.run();
    denials.unauthenticated(request, what);
  }

  private static @Nullable String authorization(AdminRequest request) {
    String authorization = request.header("authorization");
    String cookie = cookie(request);
    return authorization == null && cookie != null ? "Bearer " + cookie : authorization;
  }

  private static @Nullable String cookie(AdminRequest request) {
    String header = request.header("cookie");
    if (header == null) {
      return null;
    }
    for (String cookie : header.split(";", -1)) {
      int equals = cookie.indexOf('=');
      if (equals > 0 && cookie.substring(0, equals).strip().equals(COOKIE)) {
        return cookie.substring(equals + 1).strip();
      }
    }
    return null;
  }

  /**
   * Returns whether a token is valid. One that is not is logged and counted.
   *
   * @param token the token that was sent; null if what was sent cannot be one
   */
  public boolean logsIn(AdminRequest request, @Nullable String token) {
    boolean valid =
        token != null && security.caller(security.credential("Bearer " + token, List.of())) != null;
    if (!valid) {
      denied(request, "a login");
    }
    return valid;
  }

  /** Returns whether visitors of the page log in with a token. */
  public boolean asksForToken() {
    return security.hasTokens();
  }

  /** Returns whether the port is encrypted, so that cookies are marked as secure. */
  public boolean encrypted() {
    return security.tls() != null;
  }

  /**
   * Returns a handler that gives metrics to those who may see them: on loopback to everybody, else
   * to a reader of all repositories, because metrics name them all.
   */
  public AdminHandler guardedMetrics(AdminHandler metrics) {
    return request -> {
      if (!request.path().equals(METRICS) || loopback) {
        return metrics.respond(request);
      }
      Caller caller = caller(request);
      if (caller == null) {
        denied(request, METRICS);
        return new AdminResponse(
            401,
            "text/plain; charset=utf-8",
            "metrics need the token of a reader\n".getBytes(StandardCharsets.UTF_8),
            Map.of("WWW-Authenticate", "Bearer"));
      }
      return caller.reachesAll()
          ? metrics.respond(request)
          : AdminResponse.text(403, "metrics need a token that reaches all repositories");
    };
  }
}
