package dev.holdfast.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** A directory for the data of a run, deleted at its end. */
record Scratch(Path path) implements AutoCloseable {
  static Scratch in(Path parent) throws IOException {
    return new Scratch(Files.createTempDirectory(parent, "data-"));
  }

  /** Makes an empty directory whose name begins with this. */
  Path fresh(String name) throws IOException {
    return Files.createTempDirectory(path, name + "-");
  }

  /** Returns the size of all files below a directory. */
  static long bytesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      long bytes = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
      return bytes;
    }
  }

  @Override
  public void close() throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      files.sorted(Comparator.reverseOrder()).forEach(Scratch::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
