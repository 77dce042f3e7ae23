package dev.holdfast.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server in a process of its own, from the line that says where it serves until it has ended. */
final class ServerProcess implements AutoCloseable {
  private static final String SERVING = ": serving gRPC on ";

  private final Process process;
  private final String address;

  private ServerProcess(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  static ServerProcess start(List<String> command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    // Both sides run on the JVM that runs this.
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    BufferedReader stdout = process.inputReader(UTF_8);
    String line = stdout.readLine();
    if (line == null || !line.contains(SERVING)) {
      process.destroy();
      throw new IOException(command.get(0) + " does not serve; it printed " + line);
    }
    return new ServerProcess(process, line.substring(line.indexOf(SERVING) + SERVING.length()));
  }

  String address() {
    return address;
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
