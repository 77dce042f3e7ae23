package dev.holdfast.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A server in a process of its own, which can be killed. */
final class ServerProcess implements AutoCloseable {
  private static final String SERVING = "holdfast: serving gRPC on ";
  private static final Pattern ADMIN = Pattern.compile("answers /livez and /readyz on \\S+:(\\d+)");
  private static final long START_SECONDS = 60;

  /** What a drain may take, and half of that for a busy machine. */
  private static final long END_SECONDS = 45;

  private final Process process;
  private final Path log;
  private final String target;

  private ServerProcess(Process process, Path log, String target) {
    this.process = process;
    this.log = log;
    this.target = target;
  }

  /**
   * Starts a server and waits until it serves. It listens on a free port and has no admin port,
   * unless the flags say otherwise.
   */
  static ServerProcess start(Path dataDir, String... extraFlags)
      throws IOException, InterruptedException {
    return start(Program::command, Map.of(), dataDir, extraFlags);
  }

  /** The same with a heap of another size, as {@code -Xmx} has it. */
  static ServerProcess startSmall(String heap, Path dataDir, String... extraFlags)
      throws IOException, InterruptedException {
    return start(words -> Program.command(heap, words), Map.of(), dataDir, extraFlags);
  }

  /** The same with more in its environment. */
  static ServerProcess startIn(Map<String, String> environment, Path dataDir, String... extraFlags)
      throws IOException, InterruptedException {
    return start(Program::command, environment, dataDir, extraFlags);
  }

  private static ServerProcess start(
      Function<List<String>, List<String>> command,
      Map<String, String> environment,
      Path dataDir,
      String... extraFlags)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("serve", "--data-dir", dataDir.toString()));
    List<String> extra = List.of(extraFlags);
    if (!extra.contains("--listen")) {
      words.addAll(List.of("--listen", "127.0.0.1:0"));
    }
    if (!extra.contains("--admin-listen")) {
      words.addAll(List.of("--admin-listen", "off"));
    }
    words.addAll(extra);
    Path log = dataDir.resolveSibling(dataDir.getFileName() + ".stderr");
    ProcessBuilder builder =
        new ProcessBuilder(command.apply(words))
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    Process process = builder.start();
    return new ServerProcess(process, log, servingOn(process, log));
  }

  private static String servingOn(Process process, Path log)
      throws IOException, InterruptedException {
    BufferedReader out = process.inputReader(UTF_8);
    CompletableFuture<@Nullable String> line = CompletableFuture.supplyAsync(() -> readLine(out));
    String first;
    try {
      first = line.get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new IllegalStateException("the server does not serve: " + Files.readString(log), e);
    }
    if (first == null || !first.startsWith(SERVING)) {
      process.destroyForcibly();
      throw new IllegalStateException(
          "the server wrote '" + first + "' to stdout, and to stderr: " + Files.readString(log));
    }
    return first.substring(SERVING.length());
  }

  private static @Nullable String readLine(BufferedReader out) {
    try {
      return out.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where it serves gRPC, as {@code 127.0.0.1:PORT}. */
  String target() {
    return target;
  }

  /** What it and those before it in the same data dir wrote to stderr. */
  String log() throws IOException {
    return Files.readString(log);
  }

  /** The lines of {@link #log} at WARN and ERROR; what the JVM itself writes is not among them. */
  List<String> warnings() throws IOException {
    return log().lines().filter(line -> line.matches("\\S+Z (WARN|ERROR) .*")).toList();
  }

  /** Where it answers probes, if it does. */
  int adminPort() throws IOException {
    Matcher told = ADMIN.matcher(log());
    int port = -1;
    while (told.find()) {
      port = Integer.parseInt(told.group(1));
    }
    return port;
  }

  long pid() {
    return process.pid();
  }

  /** Ends it as {@code kill -9} does. */
  void kill() {
    process.destroyForcibly();
    var unused = process.onExit().join();
  }

  /** Sends SIGTERM. */
  void signalTerm() {
    process.destroy();
  }

  /** Sends SIGTERM, waits and answers the exit code. */
  int terminate() throws InterruptedException {
    signalTerm();
    return awaitExit();
  }

  /** Waits until it has ended and answers the exit code. */
  int awaitExit() throws InterruptedException {
    if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the server does not end");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    kill();
  }
}
