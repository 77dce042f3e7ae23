package dev.holdfast.server.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * Holds the versions of an engine's schema. Each version is a script that migrates from the version
 * before it. A fresh store runs all scripts, so a fresh schema and a migrated one cannot differ. A
 * released script never changes.
 */
public final class Schema {
  private final List<String> scripts;

  /**
   * Reads the scripts.
   *
   * @param resources the class whose package contains the scripts as resources
   * @param names the names of the scripts; the first script makes version 1
   */
  public Schema(Class<?> resources, List<String> names) {
    this.scripts = names.stream().map(name -> read(resources, name)).toList();
  }

  /** Returns the newest version. */
  public int version() {
    return scripts.size();
  }

  /**
   * Returns the scripts that migrate from a version to the newest.
   *
   * @param found the version of the store; 0 for a fresh store
   * @throws IllegalStateException if a newer program wrote the store: this program would lose data
   *     that only the newer program knows
   */
  public List<String> scriptsFrom(int found) {
    if (found > version()) {
      throw new IllegalStateException(
          "the store has schema version "
              + found
              + ", but this program knows versions up to "
              + version()
              + " only; run the program that wrote it, or a newer one");
    }
    return scripts.subList(found, version());
  }

  private static String read(Class<?> resources, String name) {
    try (InputStream in = Objects.requireNonNull(resources.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
