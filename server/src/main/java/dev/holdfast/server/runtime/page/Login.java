package dev.holdfast.server.runtime.page;

import dev.holdfast.server.runtime.admin.AdminRequest;
import dev.holdfast.server.runtime.admin.AdminResponse;
import dev.holdfast.server.runtime.page.html.Html;
import dev.holdfast.server.runtime.page.html.Layout;
import dev.holdfast.server.runtime.page.html.Links;
import dev.holdfast.server.runtime.security.AdminAccess;

/** The login form, and what it sends. */
final class Login {
  private static final int UNAUTHORIZED = 401;

  private final AdminAccess access;

  Login(AdminAccess access) {
    this.access = access;
  }

  /** Responds to {@link Links#LOGIN}. */
  AdminResponse login(AdminRequest request) {
    if (request.method().equals("GET")) {
      return access.caller(request) == null
          ? form(200, Html.EMPTY)
          : Responses.seeOther(Links.REPOSITORIES);
    }
    String token = Session.posted(request);
    if (!access.logsIn(request, token) || token == null) {
      return form(
          UNAUTHORIZED,
          Html.of("<p class=\"warning\" role=\"alert\">That is not a valid token.</p>"));
    }
    return Responses.with(Responses.seeOther(Links.REPOSITORIES), "Set-Cookie", cookie(token));
  }

  /** Responds to {@link Links#LOGOUT}. */
  AdminResponse logout() {
    return Responses.with(Responses.seeOther(Links.LOGIN), "Set-Cookie", cookie(""));
  }

  private String cookie(String token) {
    return Session.cookie(AdminAccess.COOKIE, token, access.encrypted());
  }

  private AdminResponse form(int status, Html warning) {
    if (!access.asksForToken()) {
      return Responses.html(
          UNAUTHORIZED,
          Layout.page(
              new Layout.Content(
                  "Certificate needed",
                  Html.of(
                      "<h1>Certificate needed</h1><p>Show a client certificate that the server"
                          + " trusts.</p>")),
              ""));
    }
    return Responses.html(
        status,
        Layout.page(
            new Layout.Content(
                "Log in",
                Html.of(
                    "<h1>Log in</h1>{}<form class=\"filter\" method=\"post\" action=\"{}\">"
                        + "<label>Token <input type=\"password\" name=\"token\" required"
                        + " autocomplete=\"current-password\" maxlength=\"512\"></label>"
                        + "<button>Log in</button></form>",
                    warning,
                    Links.LOGIN)),
            ""));
  }
}
