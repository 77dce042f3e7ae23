package dev.holdfast.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What it was measured on.
 *
 * @param cpu its model
 * @param cores how many of them this process sees
 * @param memoryBytes null where the system does not tell
 * @param kernel name and version
 * @param jvm name and version
 * @param dataFileSystem type of the file system that the data lies on
 */
public record Machine(
    String cpu,
    int cores,
    @Nullable Long memoryBytes,
    String kernel,
    String jvm,
    String dataFileSystem) {
  private static final Path PROC = Path.of("/proc");

  /** This machine, with data in that directory. */
  public static Machine here(Path dataDir) throws IOException {
    return new Machine(
        value(PROC.resolve("cpuinfo"), "model name").orElse(System.getProperty("os.arch")),
        Runtime.getRuntime().availableProcessors(),
        kibibytes(PROC.resolve("meminfo"), "MemTotal"),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        Files.getFileStore(dataDir).type());
  }

  /** How much memory a process has now; null where the system does not tell. */
  public static @Nullable Long residentBytes(long pid) throws IOException {
    return kibibytes(PROC.resolve(Long.toString(pid)).resolve("status"), "VmRSS");
  }

  private static @Nullable Long kibibytes(Path file, String name) throws IOException {
    return value(file, name)
        .map(value -> Long.parseLong(value.replace(" kB", "").strip()) * 1024)
        .orElse(null);
  }

  /** What stands behind a name and a colon. */
  private static Optional<String> value(Path file, String name) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    return Files.readAllLines(file).stream()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }
}
