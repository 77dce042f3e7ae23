package dev.holdfast.server.runtime.engine;

import java.util.ArrayDeque;
import java.util.Deque;

/** Closes resources in the opposite order of their opening. */
public final class CloseStack {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /** Adds a resource. */
  public <T extends AutoCloseable> T add(T closeable) {
    opened.push(closeable);
    return closeable;
  }

  /** Closes all resources, even if some fail to close. */
  public void closeAll() throws Exception {
    Exception first = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** Closes all resources after a failure, which gets the failures of closing. */
  public void closeAfter(Exception failure) {
    try {
      closeAll();
    } catch (Exception e) {
      failure.addSuppressed(e);
    }
  }
}
