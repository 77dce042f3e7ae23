package dev.holdfast.it.postgresql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A temporary directory with the files of one database program. If this process is root, the
 * programs run as the user {@code postgres}, because most of them refuse to run as root.
 */
final class ScratchDirectory implements AutoCloseable {
  static final String USER = "postgres";

  private final Path path;
  private final Path log;

  ScratchDirectory(String name) throws IOException {
    path = Files.createTempDirectory("holdfast-" + name);
    log = path.resolve("log");
    giveAway(path);
  }

  private static boolean isRoot() {
    return System.getProperty("user.name", "").equals("root");
  }

  private static void giveAway(Path file) throws IOException {
    if (isRoot()) {
      Files.setOwner(
          file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
    }
  }

  Path resolve(String name) {
    return path.resolve(name);
  }

  /** Writes a file that the programs may read. */
  Path write(String name, String content) throws IOException {
    Path file = resolve(name);
    Files.writeString(file, content);
    giveAway(file);
    return file;
  }

  /** Returns the output of all programs that were started here. */
  String log() throws IOException {
    return Files.readString(log);
  }

  /** Returns a program of PostgreSQL, which is not started yet. */
  ProcessBuilder postgresql(String name, List<String> arguments) {
    return program(postgresqlPrograms().resolve(name).toString(), arguments);
  }

  static Path postgresqlPrograms() {
    return Path.of(System.getProperty("holdfast.postgresql.bin", "/usr/lib/postgresql/15/bin"));
  }

  /** Returns a program, which is not started yet; its output is appended to the log. */
  ProcessBuilder program(String name, List<String> arguments) {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("setpriv", "--reuid", USER, "--regid", USER, "--init-groups"));
    }
    command.add(name);
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(path.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    // The database's clients look for certificates and passwords there.
    builder.environment().put("HOME", path.toString());
    return builder;
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
