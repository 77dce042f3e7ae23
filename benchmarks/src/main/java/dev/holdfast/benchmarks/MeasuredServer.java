package dev.holdfast.benchmarks;

import dev.holdfast.benchmarks.report.Machine;
import dev.holdfast.testing.process.ServerProcess;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A server that is measured, and drained at the end, so that its data directory is whole. */
final class MeasuredServer implements AutoCloseable {
  private final ServerProcess process;

  private MeasuredServer(ServerProcess process) {
    this.process = process;
  }

  /** Starts a server whose line says {@code NAME: serving gRPC on}. */
  static MeasuredServer start(String name, ProcessBuilder builder)
      throws IOException, InterruptedException {
    return new MeasuredServer(ServerProcess.start(name, builder));
  }

  String address() {
    return process.target();
  }

  /** Returns how long it took from the start of the process until it served. */
  double startSeconds() {
    return process.startTime().toNanos() / 1e9;
  }

  /** Returns how much memory it has now; null where the system does not tell. */
  @Nullable Long residentBytes() throws IOException {
    return Machine.residentBytes(process.pid());
  }

  /** Ends the server, and throws where it does not drain in time; then it is killed. */
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
