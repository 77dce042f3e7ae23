package dev.holdfast.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.benchmarks.report.Figures;
import dev.holdfast.benchmarks.report.Json;
import dev.holdfast.benchmarks.yardsticks.EchoServer;
import dev.holdfast.benchmarks.yardsticks.NaiveServer;
import dev.holdfast.benchmarks.yardsticks.RowsProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The programs that are measured, each in a process of its own.
 *
 * @param holdfast the words that start Holdfast, up to its own
 */
record Programs(List<String> holdfast) {
  ServerProcess holdfast(Path dataDir, String... more) throws IOException {
    List<String> command = new ArrayList<>(holdfast);
    command.addAll(
        List.of(
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--admin-listen",
            "off",
            "--data-dir",
            dataDir.toString(),
            "--capacity",
            "1000000TiB"));
    command.addAll(List.of(more));
    return ServerProcess.start(command);
  }

  ServerProcess echo() throws IOException {
    return ServerProcess.start(java(EchoServer.class));
  }

  ServerProcess naive(Path directory) throws IOException {
    List<String> command = java(NaiveServer.class);
    command.add(directory.resolve("naive.db").toString());
    return ServerProcess.start(command);
  }

  /** What a table that holds so many rows already takes, so many operations a transaction. */
  Figures rows(Path directory, long rows, int perTransaction, Duration warmUp, Duration counted)
      throws IOException, InterruptedException {
    List<String> command = java(RowsProgram.class);
    command.add("--database=" + directory.resolve("rows.db"));
    command.add("--rows=" + rows);
    command.add("--per-transaction=" + perTransaction);
    command.add("--warm-up-nanos=" + warmUp.toNanos());
    command.add("--counted-nanos=" + counted.toNanos());
    Process process = process(command).start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IOException("rows ended with " + exit + "; it printed " + printed);
    }
    return Json.read(printed, Figures.class);
  }

  private static List<String> java(Class<?> main) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The flags that the launcher gives to Holdfast.
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-Xmn256m", "-Xmx512m", "-XX:+ExitOnOutOfMemoryError"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    return command;
  }

  /** All sides run on the JVM that runs this. */
  static ProcessBuilder process(List<String> command) {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // Only the launcher knows it, so it would be for one side alone.
    builder.environment().remove("HOLDFAST_JAVA_OPTS");
    return builder;
  }
}
