package dev.holdfast.server.runtime.admin;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the handlers of the admin port, which may block, on a few threads of their own. */
final class HandlerThreads implements AutoCloseable {
  /** Few: the admin port must not take the disk from the ledger's own reads. */
  private static final int THREADS = 2;

  private static final int WAITING = 32;
  private static final int END_SECONDS = 5;

  private static final Logger LOG = LoggerFactory.getLogger("holdfast.admin");

  private final List<AdminHandler> handlers;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING),
          work -> {
            Thread thread = new Thread(work, "admin-handler");
            thread.setDaemon(true);
            return thread;
          });

  HandlerThreads(List<AdminHandler> handlers) {
    this.handlers = List.copyOf(handlers);
  }

  /**
   * Responds to a request, on one of the threads.
   *
   * @param done receives the response, on any thread
   */
  void respond(AdminRequest request, Consumer<AdminResponse> done) {
    if (handlers.isEmpty()) {
      done.accept(unhandled(request));
      return;
    }
    try {
      threads.execute(() -> deliver(response(request), done));
    } catch (RejectedExecutionException e) {
      done.accept(
          AdminResponse.text(503, "busy: " + WAITING + " other requests wait; try again later"));
    }
  }

  private static void deliver(AdminResponse response, Consumer<AdminResponse> done) {
    try {
      done.accept(response);
    } catch (RejectedExecutionException e) {
      LOG.debug("the admin port closed before a response", e);
    }
  }

  private AdminResponse response(AdminRequest request) {
    try {
      for (AdminHandler handler : handlers) {
        AdminResponse response = handler.respond(request);
        if (response != null) {
          return response;
        }
      }
      return unhandled(request);
    } catch (RuntimeException e) {
      LOG.error("cannot respond to {} {}", request.method(), request.path(), e);
      return AdminResponse.text(500, "internal error; the server's log has the reason");
    }
  }

  private static AdminResponse unhandled(AdminRequest request) {
    return request.method().equals("GET")
        ? AdminResponse.text(404, "not found")
        : AdminResponse.methodNotAllowed("GET, HEAD");
  }

  @Override
  public void close() {
    threads.shutdownNow();
    try {
      if (!threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("a request on the admin port did not end within {} s", END_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
