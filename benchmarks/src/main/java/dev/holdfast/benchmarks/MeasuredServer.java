package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.report.Machine;
import dev.holdfast.testing.process.ServerProcess;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A measured server. It is drained at the end, so that its data directory is complete. */
final class MeasuredServer implements AutoCloseable {
  private final ServerProcess process;

  private MeasuredServer(ServerProcess process) {
    this.process = process;
  }

  /** Starts a server that prints {@code NAME: serving gRPC on}. */
  static MeasuredServer start(String name, ProcessBuilder builder)
      throws IOException, InterruptedException {
    return new MeasuredServer(ServerProcess.start(name, builder));
  }

  String address() {
    return process.target();
  }

  /** Returns the time from the start of the process until it served. */
  double startSeconds() {
    return process.startTime().toNanos() / 1e9;
  }

  /** Returns its resident memory; null if the system does not provide it. */
  @Nullable Long residentBytes() throws IOException {
    return Machine.residentBytes(process.pid());
  }

  /** Drains the server. Kills it, and throws, if the drain takes too long. */
  @Override
  public void close() {
    try {
      int unused = process.terminate();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.kill();
    }
  }
}
