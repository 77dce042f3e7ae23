package dev.holdfast.server.runtime.serving;

import dev.holdfast.server.runtime.admin.AdminRequest;
import dev.holdfast.server.runtime.page.PageAccess;
import dev.holdfast.server.runtime.page.Viewer;
import dev.holdfast.server.runtime.security.AdminAccess;
import dev.holdfast.server.runtime.security.Caller;
import org.jspecify.annotations.Nullable;

/** Lets callers look at the repositories that they reach. */
record CallerPageAccess(AdminAccess access) implements PageAccess {
  @Override
  public @Nullable Viewer viewer(AdminRequest request) {
    return viewer(access.caller(request));
  }

  @Override
  public @Nullable Viewer viewerWith(String token) {
    return viewer(access.callerWith(token));
  }

  @Override
  public boolean asksForToken() {
    return access.asksForToken();
  }

  @Override
  public boolean encrypted() {
    return access.encrypted();
  }

  @Override
  public String cookie() {
    return AdminAccess.COOKIE;
  }

  private static @Nullable Viewer viewer(@Nullable Caller caller) {
    return caller == null ? null : new CallerViewer(caller);
  }

  private record CallerViewer(Caller caller) implements Viewer {
    @Override
    public String name() {
      return caller.name();
    }

    @Override
    public boolean mayRead(String repositoryId) {
      return caller.reaches(repositoryId);
    }
  }
}
