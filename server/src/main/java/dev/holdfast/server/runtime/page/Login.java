package dev.holdfast.server.runtime.page;

import dev.holdfast.server.runtime.admin.AdminRequest;
import dev.holdfast.server.runtime.admin.AdminResponse;
import dev.holdfast.server.runtime.page.html.Html;
import dev.holdfast.server.runtime.page.html.Layout;
import dev.holdfast.server.runtime.page.html.Links;

/** The login form, and what it sends. */
final class Login {
  private static final int UNAUTHORIZED = 401;

  private final PageAccess access;
  private final boolean secure;

  /**
   * Makes the login.
   *
   * @param secure whether the admin port uses TLS
   */
  Login(PageAccess access, boolean secure) {
    this.access = access;
    this.secure = secure;
  }

  /** Responds to {@link Links#LOGIN}. */
  AdminResponse login(AdminRequest request) {
    if (request.method().equals("GET")) {
      return access.viewer(Session.token(request)) == null
          ? form(200, Html.EMPTY)
          : Responses.seeOther(Links.REPOSITORIES);
    }
    String token = Session.posted(request);
    if (token == null || access.viewer(token) == null) {
      return form(
          UNAUTHORIZED,
          Html.of("<p class=\"warning\" role=\"alert\">That is not a valid token.</p>"));
    }
    return Responses.with(
        Responses.seeOther(Links.REPOSITORIES), "Set-Cookie", Session.cookie(token, secure));
  }

  /** Responds to {@link Links#LOGOUT}. */
  AdminResponse logout() {
    return Responses.with(
        Responses.seeOther(Links.LOGIN), "Set-Cookie", Session.cookie("", secure));
  }

  private static AdminResponse form(int status, Html warning) {
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
