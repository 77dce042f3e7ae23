package dev.holdfast.testing.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Runs a server in a separate process that a test can kill. */
public final class ServerProcess implements AutoCloseable {
  private static final Pattern ADMIN =
      Pattern.compile(" /livez and /readyz on https?://\\S+:(\\d+)");
  private static final long START_SECONDS = 60;

  /** The longest drain in seconds, plus half of it for a busy machine. */
  private static final Duration EXIT_TIMEOUT = Duration.ofSeconds(45);

  private final Process process;
  private final @Nullable Path log;
  private final String target;
  private final Duration startTime;

  private ServerProcess(Process process, @Nullable Path log, String target, Duration startTime) {
    this.process = process;
    this.log = log;
    this.target = target;
    this.startTime = startTime;
  }

  /**
   * Starts the server that is on the class path of this JVM, as {@link Program#serve} does.
   *
   * @param dataDir the data directory; the server creates a missing directory
   * @param extraFlags additional flags of {@code serve}
   * @return the running server
   * @throws IOException if the process cannot be started
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   * @throws IllegalStateException if the server exits, or does not accept calls within 60 s
   */
  public static ServerProcess start(Path dataDir, String... extraFlags)
      throws IOException, InterruptedException {
    return Program.holdfast().serve(dataDir, extraFlags);
  }

  /**
   * Starts a server, and waits for its first line on stdout, which must be {@code NAME: serving
   * gRPC on HOST:PORT}.
   *
   * @param name the program's name in that line
   * @param builder starts the process; if it redirects stderr to a file, {@link #log} reads that
   *     file
   * @return the running server
   * @throws IOException if the process cannot be started
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   * @throws IllegalStateException if the server exits, prints another line, or prints none within
   *     60 s; the process is then killed
   */
  public static ServerProcess start(String name, ProcessBuilder builder)
      throws IOException, InterruptedException {
    File stderr = builder.redirectError().file();
    Path log = stderr == null ? null : stderr.toPath();
    long start = System.nanoTime();
    Process process = builder.start();
    String target = servingOn(process, name + ": serving gRPC on ", log);
    return new ServerProcess(process, log, target, Duration.ofNanos(System.nanoTime() - start));
  }

  private static String servingOn(Process process, String serving, @Nullable Path log)
      throws IOException, InterruptedException {
    BufferedReader out = process.inputReader(UTF_8);
    CompletableFuture<@Nullable String> line = CompletableFuture.supplyAsync(() -> readLine(out));
    String first;
    try {
      first = line.get(START_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      process.destroyForcibly();
      throw new IllegalStateException("the server does not serve" + stderr(log), e);
    }
    if (first == null || !first.startsWith(serving)) {
      process.destroyForcibly();
      throw new IllegalStateException("the server wrote '" + first + "' to stdout" + stderr(log));
    }
    return first.substring(serving.length());
  }

  private static String stderr(@Nullable Path log) throws IOException {
    return log == null ? "" : ", and to stderr: " + Files.readString(log);
  }

  private static @Nullable String readLine(BufferedReader out) {
    try {
      return out.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the gRPC address of the server.
   *
   * @return {@code HOST:PORT}, for example {@code 127.0.0.1:41234}
   */
  public String target() {
    return target;
  }

  /**
   * Returns the time from the start of the process until the server accepted calls.
   *
   * @return the time, including the start of the JVM
   */
  public Duration startTime() {
    return startTime;
  }

  /**
   * Returns the stderr of this server and of all earlier servers that appended to the same file.
   *
   * @return the whole text
   * @throws IOException if the file cannot be read
   * @throws IllegalStateException if stderr is not redirected to a file
   */
  public String log() throws IOException {
    if (log == null) {
      throw new IllegalStateException("stderr does not go to a file");
    }
    return Files.readString(log);
  }

  /**
   * Returns the lines of {@link #log} at WARN and ERROR, without output of the JVM itself, and
   * without the line that announces a new ledger, with which most tests begin.
   *
   * @return whole lines, in order
   * @throws IOException if the log cannot be read
   */
  public List<String> warnings() throws IOException {
    return log()
        .lines()
        .filter(line -> line.matches("\\S+Z (WARN|ERROR) .*"))
        .filter(line -> !line.contains("created a new, empty ledger in "))
        .toList();
  }

  /**
   * Returns the admin port, which serves health probes over HTTP.
   *
   * @return the port that {@link #log} names last, or -1 if it names none
   * @throws IOException if the log cannot be read
   */
  public int adminPort() throws IOException {
    Matcher matcher = ADMIN.matcher(log());
    int port = -1;
    while (matcher.find()) {
      port = Integer.parseInt(matcher.group(1));
    }
    return port;
  }

  /**
   * Returns the process id of the server.
   *
   * @return the id that the operating system assigned
   */
  public long pid() {
    return process.pid();
  }

  /** Kills the server with SIGKILL, and waits until the process has exited. */
  public void kill() {
    process.destroyForcibly();
    var unused = process.onExit().join();
  }

  /** Sends SIGTERM, which makes the server drain; does not wait until the process has exited. */
  public void signalTerm() {
    process.destroy();
  }

  /**
   * Sends SIGTERM, and waits until the process has exited.
   *
   * @return its exit code
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   * @throws IllegalStateException if the process still runs after 45 s
   */
  public int terminate() throws InterruptedException {
    signalTerm();
    return awaitExit();
  }

  /**
   * Waits until the process has exited.
   *
   * @return its exit code
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   * @throws IllegalStateException if the process still runs after 45 s
   */
  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(EXIT_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException("the server does not end");
    }
    return process.exitValue();
  }

  /** Kills the server, as {@link #kill} does. */
  @Override
  public void close() {
    kill();
  }
}
