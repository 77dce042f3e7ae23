package dev.holdfast.server.runtime.serving;

import dev.holdfast.server.runtime.page.PageAccess;
import dev.holdfast.server.runtime.page.Viewer;
import dev.holdfast.server.runtime.security.Caller;
import dev.holdfast.server.runtime.security.Security;
import org.jspecify.annotations.Nullable;

/** Lets the callers of the tokens file look at the repositories that they reach. */
record CallerPageAccess(Security security) implements PageAccess {
  @Override
  public @Nullable Viewer viewer(@Nullable String token) {
    Caller caller = token == null ? null : security.callerWithToken(token);
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
