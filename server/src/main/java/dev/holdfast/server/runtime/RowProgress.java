package dev.holdfast.server.runtime;

import dev.holdfast.server.store.move.MoveProgress;
import java.io.PrintWriter;
import java.util.Locale;

/** Prints the progress of a move: a line for each part, and one every few seconds. */
final class RowProgress implements MoveProgress {
  private static final long PERIOD_NANOS = 2_000_000_000L;

  /** The clock is read once in so many rows. A power of two. */
  private static final long ROWS_PER_LOOK = 256;

  private final String command;
  private final PrintWriter out;
  private String lastPart = "";
  private long lastNanos;

  RowProgress(String command, PrintWriter out) {
    this.command = command;
    this.out = out;
  }

  @Override
  public void at(String part, long done, long total) {
    if (done % ROWS_PER_LOOK != 0) {
      return;
    }
    long now = System.nanoTime();
    if (!part.equals(lastPart)) {
      lastPart = part;
      out.printf("%s: %s%n", command, part);
    } else if (now - lastNanos >= PERIOD_NANOS) {
      out.printf(Locale.ROOT, "%s: %s, %,d of %,d%n", command, part, done, total);
    } else {
      return;
    }
    out.flush();
    lastNanos = now;
  }
}
