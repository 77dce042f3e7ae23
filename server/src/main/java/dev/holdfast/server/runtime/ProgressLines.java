package dev.holdfast.server.runtime;

import dev.holdfast.server.store.sqlite.backup.BackupProgress;
import java.io.PrintWriter;

/** Prints the progress of a backup or restore: a line for each phase, and one every few seconds. */
final class ProgressLines implements BackupProgress {
  private static final long PERIOD_NANOS = 2_000_000_000L;
  private static final double BYTES_PER_MIB = 1 << 20;

  private final String command;
  private final PrintWriter out;
  private String lastPhase = "";
  private long startNanos;
  private long firstPhaseNanos;
  private long lastNanos;

  ProgressLines(String command, PrintWriter out) {
    this.command = command;
    this.out = out;
  }

  /** Returns how long the first phase took; 0 as long as there was no other. */
  long firstPhaseNanos() {
    return firstPhaseNanos;
  }

  @Override
  public void at(String phase, long doneBytes, long totalBytes) {
    long now = System.nanoTime();
    if (!phase.equals(lastPhase)) {
      if (lastPhase.isEmpty()) {
        startNanos = now;
      } else if (firstPhaseNanos == 0) {
        firstPhaseNanos = now - startNanos;
      }
      lastPhase = phase;
      out.println(command + ": " + phase);
    } else if (totalBytes > 0 && now - lastNanos >= PERIOD_NANOS) {
      out.printf(
          "%s: %s, %.0f of %.0f MiB%n",
          command, phase, doneBytes / BYTES_PER_MIB, totalBytes / BYTES_PER_MIB);
    } else {
      return;
    }
    out.flush();
    lastNanos = now;
  }
}
