package dev.holdfast.server.runtime.page;

/** Somebody who looks at the page. */
public interface Viewer {
  /** The viewer without a name, who may see everything. */
  Viewer ANYBODY =
      new Viewer() {
        @Override
        public String name() {
          return "";
        }

        @Override
        public boolean mayRead(String repositoryId) {
          return true;
        }
      };

  /** Returns the name to show; empty for none. */
  String name();

  /** Returns whether the viewer may see a repository, which may not exist. */
  boolean mayRead(String repositoryId);
}
