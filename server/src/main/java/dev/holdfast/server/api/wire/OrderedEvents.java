package dev.holdfast.server.api.wire;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Runs the events of one call on the workers, in order. */
final class OrderedEvents implements Runnable {
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private final RequestWorkers workers;
  private boolean running;

  OrderedEvents(RequestWorkers workers) {
    this.workers = workers;
  }

  /** Adds an event, which runs after all earlier events. */
  void add(Runnable event) {
    synchronized (this) {
      waiting.add(event);
      if (running) {
        return;
      }
      running = true;
    }
    workers.execute(this);
  }

  @Override
  public void run() {
    for (Runnable event = next(); event != null; event = next()) {
      event.run();
    }
  }

  private synchronized @Nullable Runnable next() {
    Runnable event = waiting.poll();
    running = event != null;
    return event;
  }
}
