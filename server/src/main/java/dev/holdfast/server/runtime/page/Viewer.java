package dev.holdfast.server.runtime.page;

/** Somebody who looks at the page. */
public interface Viewer {
  /** Returns the name to show; empty for none. */
  String name();

  /** Returns whether the viewer may see a repository, which may not exist. */
  boolean mayRead(String repositoryId);
}
