package dev.holdfast.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher of the packages, with a Java that only prints how it was called. */
class PackagedLauncherTest {
  private static final String JAVA =
      """
      #!/bin/sh
      if [ "$1" = -version ]; then
        echo 'openjdk version "%s" 2025-01-01' >&2
        exit
      fi
      pwd
      printf '<%%s>\\n' "$@"
      """;

  @TempDir private Path temp;
  private Path program;
  private Path javaHome;

  private record Run(int exit, List<String> out, String err) {}

  @BeforeEach
  void unpack() throws IOException {
    temp = temp.toRealPath();
    program = temp.resolve("a pro gram");
    script("bin/holdfast", Files.readString(Path.of("../distribution/src/launcher/holdfast")));
    script("lib/java.sh", Files.readString(Path.of("../server/src/main/launcher/java.sh")));
    javaHome = program.resolve("jdk");
    script("jdk/bin/java", JAVA.formatted("17.0.15"));
  }

  private void script(String name, String text) throws IOException {
    Path file = program.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Run run(Path launcher, Map<String, String> environment, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(words));
    Path err = Files.createTempFile(temp, "err", null);
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(temp.toFile()).redirectError(err.toFile());
    builder.environment().keySet().retainAll(List.of("PATH"));
    builder.environment().put("JAVA_HOME", javaHome.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    List<String> out = process.inputReader(UTF_8).lines().toList();
    return new Run(process.waitFor(), out, Files.readString(err));
  }

  private String defaultDataDir(Map<String, String> environment) throws Exception {
    Run run = run(program.resolve("bin/holdfast"), environment, "serve");
    assertEquals(0, run.exit(), run.err());
    String property = "<-Dholdfast.default.data-dir=";
    String found = run.out().stream().filter(word -> word.startsWith(property)).findFirst().get();
    return found.substring(property.length(), found.length() - 1);
  }

  @Test
  void becomesTheProgramWithTheArgumentsAsTheyAre() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("hf"), Path.of("a pro gram/bin/holdfast"));
    Run run = run(link, Map.of("HOME", "/home/o"), "serve", "--data-dir", "a b", "");
    assertEquals(0, run.exit(), run.err());
    assertEquals(temp.toString(), run.out().get(0), "paths are relative to the caller");
    assertEquals(
        List.of(
            "<-Xmx512m>",
            "<-Xmn256m>",
            "<-XX:+ExitOnOutOfMemoryError>",
            "<-Dholdfast.default.data-dir=/home/o/.local/share/holdfast>",
            "<-cp>",
            "<" + program + "/lib/*>",
            "<dev.holdfast.server.runtime.Main>",
            "<serve>",
            "<--data-dir>",
            "<a b>",
            "<>"),
        run.out().subList(1, run.out().size()));
  }

  @Test
  void theDefaultDataDirectoryIsAbsolute() throws Exception {
    assertEquals("/home/o/.local/share/holdfast", defaultDataDir(Map.of("HOME", "/home/o")));
    assertEquals(
        "/data/holdfast", defaultDataDir(Map.of("HOME", "/home/o", "XDG_DATA_HOME", "/data")));
    assertEquals(
        "/home/o/.local/share/holdfast",
        defaultDataDir(Map.of("HOME", "/home/o", "XDG_DATA_HOME", "relative")));
    for (Map<String, String> without : List.of(Map.<String, String>of(), Map.of("HOME", "here"))) {
      Run refused = run(program.resolve("bin/holdfast"), without, "serve");
      assertEquals(1, refused.exit());
      assertTrue(refused.err().contains("set HOME, or XDG_DATA_HOME"), refused.err());
    }
  }

  @Test
  void saysThatJavaIsTooOld() throws Exception {
    script("jdk/bin/java", JAVA.formatted("11.0.2"));
    Run refused = run(program.resolve("bin/holdfast"), Map.of("HOME", "/home/o"), "serve");
    assertEquals(1, refused.exit());
    assertTrue(refused.err().contains("is version 11.0.2; 17 or newer"), refused.err());
  }
}
