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

/** A server in a process of its own, which can be killed. */
public final class ServerProcess implements AutoCloseable {
  private static final Pattern ADMIN = Pattern.compile("serving /livez and /readyz on \\S+:(\\d+)");
  private static final long START_SECONDS = 60;

  /** What a drain may take, and half of that for a busy machine. */
  private static final Duration LONGEST_END = Duration.ofSeconds(45);

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
   * @param dataDir the data directory; the server creates it where there is none
   * @param extraFlags more flags of {@code serve}
   * @return the running server
   * @throws IOException if the process cannot be started
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   * @throws IllegalStateException if it ends, or does not serve within 60 s
   */
  public static ServerProcess start(Path dataDir, String... extraFlags)
      throws IOException, InterruptedException {
    return Program.holdfast().serve(dataDir, extraFlags);
  }

  /**
   * Starts a server, and waits until it prints the line {@code NAME: serving gRPC on HOST:PORT} to
   * stdout, as its first one.
   *
   * @param name the program's name in that line
   * @param builder starts the process; where stderr is redirected to a file, {@link #log} reads it
   * @return the running server
   * @throws IOException if the process cannot be started
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   * @throws IllegalStateException if it ends, prints another line, or none within 60 s; then it is
   *     killed
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
   * Returns where it serves gRPC.
   *
   * @return {@code HOST:PORT}, for example {@code 127.0.0.1:41234}
   */
  public String target() {
    return target;
  }

  /**
   * Returns how long it took from the start of the process until it served.
   *
   * @return that time, with what the start of a JVM takes
   */
  public Duration startTime() {
    return startTime;
  }

  /**
   * Returns what it and those before it on the same data directory wrote to stderr.
   *
   * @return all of it
   * @throws IOException if the file cannot be read
   * @throws IllegalStateException if its stderr does not go to a file
   */
  public String log() throws IOException {
    if (log == null) {
      throw new IllegalStateException("stderr does not go to a file");
    }
    return Files.readString(log);
  }

  /**
   * Returns the lines of {@link #log} at WARN and ERROR; what the JVM itself writes is not among
   * them.
   *
   * @return whole lines, in their order
   * @throws IOException if the log cannot be read
   */
  public List<String> warnings() throws IOException {
    return log().lines().filter(line -> line.matches("\\S+Z (WARN|ERROR) .*")).toList();
  }

  /**
   * Returns the port on which it answers probes over HTTP.
   *
   * @return the port of the last server that wrote to {@link #log}, or -1 if it has none
   * @throws IOException if the log cannot be read
   */
  public int adminPort() throws IOException {
    Matcher told = ADMIN.matcher(log());
    int port = -1;
    while (told.find()) {
      port = Integer.parseInt(told.group(1));
    }
    return port;
  }

  /**
   * Returns the id of its process.
   *
   * @return the id that the operating system knows it by
   */
  public long pid() {
    return process.pid();
  }

  /** Ends it as {@code kill -9} does, and waits until it has ended. */
  public void kill() {
    process.destroyForcibly();
    var unused = process.onExit().join();
  }

  /** Sends SIGTERM, upon which a server drains; does not wait for its end. */
  public void signalTerm() {
    process.destroy();
  }

  /**
   * Sends SIGTERM, and waits until it has ended.
   *
   * @return its exit code
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   * @throws IllegalStateException if it has not ended within 45 s
   */
  public int terminate() throws InterruptedException {
    signalTerm();
    return awaitExit();
  }

  /**
   * Waits until it has ended.
   *
   * @return its exit code
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   * @throws IllegalStateException if it has not ended within 45 s
   */
  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(LONGEST_END.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException("the server does not end");
    }
    return process.exitValue();
  }

  /** Kills it. */
  @Override
  public void close() {
    kill();
  }
}
