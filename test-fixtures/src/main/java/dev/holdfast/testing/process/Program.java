package dev.holdfast.testing.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.testing.postgresql.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Describes a program that tests start as a separate process.
 *
 * @param command the command line, without the arguments of the program itself
 * @param environment variables that are added to those of this process
 */
public record Program(List<String> command, Map<String, String> environment) {
  private static final long LIMIT_SECONDS = 60;
  private static final boolean ON_POSTGRESQL =
      System.getProperty("holdfast.store", "sqlite").equals("postgresql");
  private static final String DEFAULT_HEAP = System.getProperty("holdfast.server.heap", "256m");

  /**
   * Copies its arguments.
   *
   * @param command the command line, without the arguments of the program itself
   * @param environment variables that are added to those of this process
   */
  public Program {
    command = List.copyOf(command);
    environment = Map.copyOf(environment);
  }

  /**
   * Returns the server that is on the class path of this JVM, with flags for a fast JVM start. Its
   * heap is 256 MiB by default; the system property {@code holdfast.server.heap} sets another size
   * in the format of {@code -Xmx}.
   *
   * @return the program {@code holdfast}, without a subcommand
   */
  public static Program holdfast() {
    return holdfast(DEFAULT_HEAP);
  }

  /**
   * Returns the server that is on the class path of this JVM, with the given heap size.
   *
   * @param heap the size in the format of {@code -Xmx}, for example {@code 64m}
   * @return the program {@code holdfast}, without a subcommand
   */
  public static Program holdfast(String heap) {
    List<String> command = jvm(quickStart(heap));
    command.addAll(Server.ARCHIVE.flags());
    command.addAll(List.of("-cp", Server.ARCHIVE.classPath(), Server.MAIN));
    return new Program(command, Map.of());
  }

  /**
   * Returns a program on the class path of this JVM, with flags for a fast JVM start.
   *
   * @param mainClass its main class
   * @return the program
   */
  public static Program java(String mainClass) {
    return java(mainClass, quickStart(DEFAULT_HEAP));
  }

  /**
   * Returns a program on the class path of this JVM.
   *
   * @param mainClass its main class
   * @param jvmFlags flags for its JVM
   * @return the program
   */
  public static Program java(String mainClass, List<String> jvmFlags) {
    List<String> command = jvm(jvmFlags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    return new Program(command, Map.of());
  }

  private static List<String> jvm(List<String> flags) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 24) {
      // The launcher sets the same flags: SQLite needs native access, and protobuf uses Unsafe.
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(flags);
    return command;
  }

  /** Makes the archive of the server when the first one is started. */
  private static final class Server {
    static final String MAIN = "dev.holdfast.server.runtime.Main";
    static final ClassArchive ARCHIVE = ClassArchive.of(jvm(quickStart(DEFAULT_HEAP)), MAIN);
  }

  private static List<String> quickStart(String heap) {
    return List.of("-Xmx" + heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  }

  /**
   * Returns the same program, started through a launcher.
   *
   * @param launcher the launcher and its arguments, for example {@code setpriv} with flags
   * @return the program
   */
  public Program behind(List<String> launcher) {
    List<String> both = new ArrayList<>(launcher);
    both.addAll(command);
    return new Program(both, environment);
  }

  /**
   * Returns the same program with more variables in its environment.
   *
   * @param more names and values; they replace existing variables of the same name
   * @return the program
   */
  public Program withEnvironment(Map<String, String> more) {
    Map<String, String> both = new HashMap<>(environment);
    both.putAll(more);
    return new Program(command, both);
  }

  /**
   * Returns a process that is not started yet.
   *
   * @param arguments the arguments of the program itself
   * @return a builder with the command and the environment; the caller redirects the output
   */
  public ProcessBuilder process(List<String> arguments) {
    List<String> all = new ArrayList<>(command);
    all.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(all);
    builder.environment().putAll(environment);
    return builder;
  }

  /**
   * Runs the program to its end.
   *
   * @param arguments the arguments of the program itself
   * @return its exit code and output
   * @throws IOException if the process cannot be started
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   * @throws IllegalStateException if the process still runs after 60 s; the process is then killed
   */
  public ProgramResult run(String... arguments) throws IOException, InterruptedException {
    Path out = Files.createTempFile("holdfast", ".out");
    Path err = Files.createTempFile("holdfast", ".err");
    try {
      Process process =
          process(List.of(arguments))
              .redirectOutput(out.toFile())
              .redirectError(err.toFile())
              .start();
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("still runs: " + String.join(" ", arguments));
      }
      return new ProgramResult(
          process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  /**
   * Starts {@code holdfast serve}, and waits until the server accepts calls. By default, the server
   * listens on a free loopback port and has no admin port; flags override both. Its stderr is
   * appended to a file beside the data directory, named like the directory with the suffix {@code
   * .stderr}.
   *
   * <p>With the flag {@code --store}, the server has no data directory, which then only names the
   * file. With the system property {@code holdfast.store=postgresql}, every other server gets a
   * database that stands for its data directory.
   *
   * @param dataDir the data directory; the server creates a missing directory
   * @param extraFlags additional flags of {@code serve}
   * @return the running server
   * @throws IOException if the process cannot be started
   * @throws InterruptedException if the calling thread is interrupted meanwhile
   * @throws IllegalStateException if the server exits, or does not accept calls within 60 s; the
   *     message contains its stderr
   */
  public ServerProcess serve(Path dataDir, String... extraFlags)
      throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("serve"));
    List<String> extra = List.of(extraFlags);
    if (!extra.contains("--store")) {
      arguments.addAll(
          ON_POSTGRESQL
              ? List.of("--store", TestPostgres.databaseOf(dataDir))
              : List.of("--data-dir", dataDir.toString()));
    }
    if (!extra.contains("--listen")) {
      arguments.addAll(List.of("--listen", "127.0.0.1:0"));
    }
    if (!extra.contains("--admin-listen")) {
      arguments.addAll(List.of("--admin-listen", "off"));
    }
    arguments.addAll(extra);
    Path log = dataDir.resolveSibling(dataDir.getFileName() + ".stderr");
    return ServerProcess.start(
        "holdfast",
        process(arguments).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())));
  }
}
