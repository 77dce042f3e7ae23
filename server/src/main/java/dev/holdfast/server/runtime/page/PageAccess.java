package dev.holdfast.server.runtime.page;

import org.jspecify.annotations.Nullable;

/** Decides who may look at the page. Called by several threads at a time. */
@FunctionalInterface
public interface PageAccess {
  /** Everybody may look at everything: the access of a server without tokens. */
  PageAccess OPEN = token -> Viewer.ANYBODY;

  /**
   * Returns the viewer with a token; null if the token is not valid, or if one is needed.
   *
   * @param token the token; null if the request has none
   */
  @Nullable Viewer viewer(@Nullable String token);
}
