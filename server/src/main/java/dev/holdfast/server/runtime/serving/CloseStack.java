package dev.holdfast.server.runtime.serving;

import java.util.ArrayDeque;
import java.util.Deque;

/** Closes resources in the opposite order of their opening. */
final class CloseStack {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T closeable) {
    opened.push(closeable);
    return closeable;
  }

  /** Closes all resources, even if some fail to close. */
  void closeAll() throws Exception {
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
}
