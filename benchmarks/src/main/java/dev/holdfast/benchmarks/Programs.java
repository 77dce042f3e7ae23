package dev.holdfast.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.benchmarks.report.Figures;
import dev.holdfast.benchmarks.report.Json;
import dev.holdfast.benchmarks.yardsticks.EchoServer;
import dev.holdfast.benchmarks.yardsticks.NaiveServer;
import dev.holdfast.benchmarks.yardsticks.RowsProgram;
import dev.holdfast.testing.process.Program;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The programs that are measured, each in a process of its own.
 *
 * @param holdfast how to start Holdfast, up to its own arguments
 */
record Programs(List<String> holdfast) {
  private static final List<String> JVM_FLAGS =
      // Those that the launcher gives to Holdfast.
      List.of("-Xmn256m", "-Xmx512m", "-XX:+ExitOnOutOfMemoryError");

  MeasuredServer holdfast(Path dataDir, String... more) throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
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
    arguments.addAll(List.of(more));
    return MeasuredServer.start("holdfast", process(new Program(holdfast, Map.of()), arguments));
  }

  MeasuredServer echo() throws IOException, InterruptedException {
    return MeasuredServer.start("echo", process(java(EchoServer.class), List.of()));
  }

  MeasuredServer naive(Path directory) throws IOException, InterruptedException {
    List<String> arguments = List.of(directory.resolve("naive.db").toString());
    return MeasuredServer.start("naive", process(java(NaiveServer.class), arguments));
  }

  /** What a table that holds so many rows already takes, so many operations a transaction. */
  Figures rows(Path directory, long rows, int perTransaction, Duration warmUp, Duration counted)
      throws IOException, InterruptedException {
    List<String> arguments =
        List.of(
            "--database=" + directory.resolve("rows.db"),
            "--rows=" + rows,
            "--per-transaction=" + perTransaction,
            "--warm-up-nanos=" + warmUp.toNanos(),
            "--counted-nanos=" + counted.toNanos());
    Process process = process(java(RowsProgram.class), arguments).start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IOException("rows ended with " + exit + "; it printed " + printed);
    }
    return Json.read(printed, Figures.class);
  }

  private static Program java(Class<?> main) {
    return Program.java(main.getName(), JVM_FLAGS);
  }

  /** All sides run on the JVM that runs this. */
  private static ProcessBuilder process(Program program, List<String> arguments) {
    ProcessBuilder builder =
        program.process(arguments).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // Only the launcher knows it, so it would be for one side alone.
    builder.environment().remove("HOLDFAST_JAVA_OPTS");
    return builder;
  }
}
