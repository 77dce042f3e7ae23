package dev.holdfast.testing.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * An archive of the loaded classes of the server, which saves almost half of the time of its start
 * (JEP 350). All test processes that run one after the other on the same class path share it.
 *
 * @param flags the flags of the JVM that use it; empty if the JVM cannot use one, which it cannot
 *     if the server comes from a directory of classes instead of a JAR file
 * @param classPath the class path that belongs to it
 */
record ClassArchive(List<String> flags, String classPath) {
  private static final String SERVER = "holdfast-server";
  private static final String DIRECTORY = "target/class-archive";

  /** Warnings of the JVM about the archive would stand among the output of the server. */
  private static final String QUIET = "-Xlog:cds*=off,class+path*=off";

  ClassArchive {
    flags = List.copyOf(flags);
  }

  /**
   * Returns the archive of a program on the class path of this JVM. Creates it if there is none, or
   * if a JAR file is newer.
   *
   * @param program the command line of the program, without its class path, main class and
   *     arguments
   * @param mainClass the main class, with the subcommand {@code serve}
   */
  static ClassArchive of(List<String> program, String mainClass) {
    String all = System.getProperty("java.class.path");
    List<Path> jars =
        Stream.of(all.split(File.pathSeparator))
            .map(Path::of)
            .filter(Files::isRegularFile)
            .toList();
    String classPath = String.join(File.pathSeparator, jars.stream().map(Path::toString).toList());
    if (jars.stream().noneMatch(jar -> jar.getFileName().toString().startsWith(SERVER))) {
      return new ClassArchive(List.of(), all);
    }
    try {
      Path archive = archive(program, mainClass, jars, classPath);
      return new ClassArchive(List.of(QUIET, "-XX:SharedArchiveFile=" + archive), classPath);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create " + DIRECTORY, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while creating " + DIRECTORY, e);
    }
  }

  private static Path archive(
      List<String> program, String mainClass, List<Path> jars, String classPath)
      throws IOException, InterruptedException {
    Path directory = Files.createDirectories(Path.of(DIRECTORY).toAbsolutePath());
    String name = Integer.toHexString(Objects.hash(classPath, program, Runtime.version()));
    Path archive = directory.resolve(name + ".jsa");
    try (FileChannel channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      // Another fork may be creating it. The end of the channel releases the lock.
      var unused = channel.lock();
      if (!isCurrent(archive, jars)) {
        Files.deleteIfExists(archive);
        create(archive, program, mainClass, classPath);
      }
      return archive;
    }
  }

  private static boolean isCurrent(Path archive, List<Path> jars) throws IOException {
    if (!Files.exists(archive)) {
      return false;
    }
    for (Path jar : jars) {
      if (Files.getLastModifiedTime(jar).compareTo(Files.getLastModifiedTime(archive)) >= 0) {
        return false;
      }
    }
    return true;
  }

  /** Lets a server start and end, which writes the archive. */
  private static void create(Path archive, List<String> program, String mainClass, String classPath)
      throws IOException, InterruptedException {
    Path data = Files.createTempDirectory(archive.getParent(), "data");
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of("-XX:ArchiveClassesAtExit=" + archive, QUIET, "-cp", classPath));
    command.addAll(List.of(mainClass, "serve", "--data-dir", data.toString()));
    command.addAll(List.of("--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    try (ServerProcess server = ServerProcess.start("holdfast", builder)) {
      int exit = server.terminate();
      if (exit != 0 || !Files.exists(archive)) {
        throw new IllegalStateException("no " + archive + " was written; exit code " + exit);
      }
    }
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
