package dev.holdfast.server.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The versions of an engine's schema. Each is a script that leads there from the one before, and a
 * fresh store runs them all: so a fresh schema is a migrated one, and they cannot differ. A script
 * that has been released never changes.
 */
public final class Schema {
  private final List<String> scripts;

  /**
   * A schema.
   *
   * @param room the class beside which the scripts lie as resources
   * @param names the scripts, the first one of version 1
   */
  public Schema(Class<?> room, List<String> names) {
    this.scripts = names.stream().map(name -> read(room, name)).toList();
  }

  /** The newest version. */
  public int version() {
    return scripts.size();
  }

  /**
   * The scripts that lead from a version to the newest.
   *
   * @param found the version that a store has; 0 for a fresh one
   * @throws IllegalStateException where the store was written by a newer program: to go on with it
   *     would be to lose what only that program knows
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

  private static String read(Class<?> room, String name) {
    try (InputStream in = Objects.requireNonNull(room.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
