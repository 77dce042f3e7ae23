package dev.holdfast.server.runtime.page;

import dev.holdfast.server.runtime.admin.AdminRequest;
import org.jspecify.annotations.Nullable;

/** Decides who may look at the page. Called by several threads at a time. */
public interface PageAccess {
  /** Returns the viewer of a request; null if it shows no valid credential. */
  @Nullable Viewer viewer(AdminRequest request);

  /** Returns the viewer with a token; null if it is not valid. */
  @Nullable Viewer viewerWith(String token);

  /** Returns whether viewers log in with a token. Otherwise only a client certificate opens. */
  boolean asksForToken();

  /** Returns whether the admin port is encrypted. */
  boolean encrypted();

  /** Returns the cookie in which browsers keep the token. */
  String cookie();
}
