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
 * Starts the measured programs, each in a process of its own.
 *
 * @param holdfast the command that starts Holdfast, without its arguments
 */
record Programs(List<String> holdfast) {
  private static final List<String> JVM_FLAGS =
      // The flags that the launcher gives to Holdfast.
      List.of("-Xmn256m", "-Xmx512m", "-XX:+ExitOnOutOfMemoryError");

  MeasuredServer holdfast(Path dataDir, String... more) throws IOException, InterruptedException {
    List<String> flags = new ArrayList<>(List.of("--data-dir", dataDir.toString()));
    flags.addAll(List.of(more));
    return serve(flags);
  }

  /** Starts Holdfast on a database. */
  MeasuredServer holdfastOn(String storeUrl) throws IOException, InterruptedException {
    return serve(List.of("--store", storeUrl));
  }

  private MeasuredServer serve(List<String> flags) throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(List.of("serve", "--listen", "127.0.0.1:0", "--capacity", "1000000TiB"));
    if (!flags.contains("--admin-listen")) {
      arguments.addAll(List.of("--admin-listen", "off"));
    }
    arguments.addAll(flags);
    return MeasuredServer.start("holdfast", process(new Program(holdfast, Map.of()), arguments));
  }

  /** Adds a token with all rights to a tokens file, and returns its secret. */
  String newToken(Path tokensFile) throws IOException, InterruptedException {
    List<String> arguments =
        List.of("token", "--tokens-file", tokensFile.toString(), "--name=bench", "--role=admin");
    Process process = command(arguments);
    String secret = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    int exit = process.waitFor();
    if (exit != 0) {
      throw new IOException("holdfast token exited with " + exit);
    }
    return secret;
  }

  /** Starts a command of Holdfast that ends by itself. Its stderr goes to that of this process. */
  Process command(List<String> arguments) throws IOException {
    return process(new Program(holdfast, Map.of()), arguments).start();
  }

  MeasuredServer echo() throws IOException, InterruptedException {
    return MeasuredServer.start("echo", process(java(EchoServer.class), List.of()));
  }

  MeasuredServer naive(Path directory) throws IOException, InterruptedException {
    List<String> arguments = List.of(directory.resolve("naive.db").toString());
    return MeasuredServer.start("naive", process(java(NaiveServer.class), arguments));
  }

  /** Measures a table with this number of rows, with this number of operations per transaction. */
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
      throw new IOException("rows exited with " + exit + "; it printed " + printed);
    }
    return Json.read(printed, Figures.class);
  }

  private static Program java(Class<?> main) {
    return Program.java(main.getName(), JVM_FLAGS);
  }

  /** All programs run on the JVM of this process. */
  private static ProcessBuilder process(Program program, List<String> arguments) {
    ProcessBuilder builder =
        program.process(arguments).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    // Only Holdfast's launcher uses this variable, so it would change one side alone.
    builder.environment().remove("HOLDFAST_JAVA_OPTS");
    return builder;
  }
}
