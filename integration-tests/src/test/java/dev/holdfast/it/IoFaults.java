package dev.holdfast.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** The rule by which calls of the operating system fail below a server; see io_faults.c. */
final class IoFaults {
  private final Path rule;
  private final Path done;

  IoFaults(Path directory) {
    rule = directory.resolve("io-faults");
    done = directory.resolve("io-faults.done");
  }

  /** Returns the environment variables that a server needs. */
  Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD",
        System.getProperty("holdfast.io-faults.library", ""),
        "IO_FAULTS_RULE",
        rule.toString());
  }

  /** Puts a rule in place, and forgets what the one before did. */
  void set(String words) throws IOException {
    Files.deleteIfExists(done);
    Path next = Files.createTempFile(rule.getParent(), "rule", "");
    Files.writeString(next, words + "\n");
    Files.move(next, rule, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Has nothing fail any more. */
  void clear() throws IOException {
    set("");
  }

  /** How many calls the rule has had fail. */
  int done() throws IOException {
    return Files.exists(done) ? List.copyOf(Files.readAllLines(done)).size() : 0;
  }
}
