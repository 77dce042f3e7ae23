package dev.holdfast.it;

import dev.holdfast.testing.process.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A storage node in a process of its own: the example in Java, or whatever the system property
 * {@code holdfast.node.command} says.
 */
final class NodeProcess implements AutoCloseable {
  private static final int SHOWN_LINES = 60;

  private final Process process;
  private final Path log;

  private NodeProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /** Starts a node; the words come after the program's own. */
  static NodeProcess start(Path log, List<String> words) throws IOException {
    String other = System.getProperty("holdfast.node.command");
    Program program =
        other == null
            ? Program.java("dev.holdfast.example.node.StorageNode")
            : new Program(List.of(other.split(" ", -1)), Map.of());
    Process process =
        program
            .process(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    return new NodeProcess(process, log);
  }

  /** Whether it still runs; where it does not, it ended by itself. */
  boolean isAlive() {
    return process.isAlive();
  }

  /** The last that it and those before it wrote. */
  String lastWords() throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
  }

  /** Ends it as {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    var unused = process.onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
