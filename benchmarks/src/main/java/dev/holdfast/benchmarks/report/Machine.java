package dev.holdfast.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The machine of the measurements.
 *
 * @param cpu the model of the processor
 * @param cores the number of cores that this process sees
 * @param memoryBytes its memory; null if the system does not provide it
 * @param kernel name and version
 * @param jvm name and version
 * @param dataFileSystem the type of the file system of the data
 */
public record Machine(
    String cpu,
    int cores,
    @Nullable Long memoryBytes,
    String kernel,
    String jvm,
    String dataFileSystem) {
  private static final Path PROC = Path.of("/proc");

  /** Returns this machine, with data in the directory. */
  public static Machine here(Path dataDir) throws IOException {
    return new Machine(
        value(PROC.resolve("cpuinfo"), "model name").orElse(System.getProperty("os.arch")),
        Runtime.getRuntime().availableProcessors(),
        kibibytes(PROC.resolve("meminfo"), "MemTotal"),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        Files.getFileStore(dataDir).type());
  }

  /** Returns the resident memory of a process; null if the system does not provide it. */
  public static @Nullable Long residentBytes(long pid) throws IOException {
    return kibibytes(PROC.resolve(Long.toString(pid)).resolve("status"), "VmRSS");
  }

  private static @Nullable Long kibibytes(Path file, String name) throws IOException {
    return value(file, name)
        .map(value -> Long.parseLong(value.replace(" kB", "").strip()) * 1024)
        .orElse(null);
  }

  /** Returns the value after a name and a colon. */
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
