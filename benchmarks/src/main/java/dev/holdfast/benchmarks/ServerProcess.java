package dev.holdfast.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.benchmarks.report.Machine;
import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A server in a process of its own, from the line that says where it serves until it has ended. */
final class ServerProcess implements AutoCloseable {
  private static final String SERVING = ": serving gRPC on ";

  private final Process process;
  private final String address;
  private final double startSeconds;

  private ServerProcess(Process process, String address, double startSeconds) {
    this.process = process;
    this.address = address;
    this.startSeconds = startSeconds;
  }

  static ServerProcess start(List<String> command) throws IOException {
    long start = System.nanoTime();
    Process process = Programs.process(command).start();
    BufferedReader stdout = process.inputReader(UTF_8);
    String line = stdout.readLine();
    if (line == null || !line.contains(SERVING)) {
      process.destroy();
      throw new IOException(command.get(0) + " does not serve; it printed " + line);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new ServerProcess(
        process, line.substring(line.indexOf(SERVING) + SERVING.length()), seconds);
  }

  String address() {
    return address;
  }

  /** How long it took from the start of the process until it served. */
  double startSeconds() {
    return startSeconds;
  }

  /** How much memory it has now; null where the system does not tell. */
  @Nullable Long residentBytes() throws IOException {
    return Machine.residentBytes(process.pid());
  }

  /** Ends the server, and throws where it has not ended within a minute. */
  @Override
  public void close() {
    process.destroy();
    process
        .onExit()
        .orTimeout(1, TimeUnit.MINUTES)
        .whenComplete((ended, timeout) -> process.destroyForcibly())
        .join();
  }
}
