package dev.holdfast.server.runtime.admin;

import org.jspecify.annotations.Nullable;

/**
 * Responds to some paths of the admin port. May block, for example to read the store: handlers run
 * on threads of their own. Called by several threads at a time.
 */
@FunctionalInterface
public interface AdminHandler {
  /**
   * Returns the response; null if the method or path is not this handler's.
   *
   * @throws RuntimeException for a failure, which becomes status 500 and a line in the log
   */
  @Nullable AdminResponse respond(AdminRequest request);
}
