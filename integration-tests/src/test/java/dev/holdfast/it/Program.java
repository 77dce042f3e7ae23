package dev.holdfast.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The program, run to its end.
 *
 * @param exit its exit code
 * @param out what it wrote to stdout
 * @param err what it wrote to stderr
 */
record Program(int exit, String out, String err) {
  private static final long LIMIT_SECONDS = 60;
  private static final String DEFAULT_HEAP = System.getProperty("holdfast.server.heap", "256m");

  /** Runs it with these words. */
  static Program run(String... words) throws IOException, InterruptedException {
    return runBehind(List.of(), words);
  }

  /** Runs it by way of another program, to which these words belong. */
  static Program runBehind(List<String> launcher, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(launcher);
    command.addAll(command(List.of(words)));
    Path out = Files.createTempFile("holdfast", ".out");
    Path err = Files.createTempFile("holdfast", ".err");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("still runs: " + String.join(" ", words));
      }
      return new Program(
          process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /** How to start it with these words. */
  static List<String> command(List<String> words) {
    return command(DEFAULT_HEAP, words);
  }

  /** The same with a heap of another size, as {@code -Xmx} has it. */
  static List<String> command(String heap, List<String> words) {
    return java(heap, "dev.holdfast.server.runtime.Main", words);
  }

  /** How to start a Java program with these words, small and quick to start. */
  static List<String> java(String mainClass, List<String> words) {
    return java(DEFAULT_HEAP, mainClass, words);
  }

  private static List<String> java(String heap, String mainClass, List<String> words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 24) {
      // The flags that the launcher gives.
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.add("-Xmx" + heap);
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(words);
    return command;
  }
}
