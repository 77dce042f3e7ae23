package dev.holdfast.it.security;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ProgramResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A tokens file, written by the program. */
final class Tokens {
  private final Path file;

  Tokens(Path file) {
    this.file = file;
  }

  Path file() {
    return file;
  }

  /** Adds a token and returns its secret. */
  String add(String name, String role, String... more) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("--name", name, "--role", role));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new)).out().strip();
  }

  ProgramResult revoke(String nameOrId) throws IOException, InterruptedException {
    return run("--revoke", nameOrId);
  }

  private ProgramResult run(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("token", "--tokens-file", file.toString()));
    all.addAll(List.of(arguments));
    ProgramResult result = Program.holdfast().run(all.toArray(String[]::new));
    assertEquals(0, result.exit(), result.err());
    return result;
  }
}
