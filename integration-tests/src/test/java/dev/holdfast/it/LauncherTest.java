package dev.holdfast.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The launcher in a checkout of its own, with a Maven and a Java that only tell how they were
 * called.
 */
class LauncherTest {
  private static final List<String> TOOLS =
      List.of("dirname", "find", "head", "ln", "mkdir", "readlink", "rm", "sed", "sleep");

  private static final String MVN =
      """
      #!/bin/sh
      echo "noise of the build"
      echo "$*" >>builds
      sleep 0.2 # A build takes time; a launcher that does not wait for it starts another.
      [ ! -e server/target/holdfast-server.jar ] || exit 1
      mkdir -p server/target
      echo jar >server/target/holdfast-server.jar
      case "$*" in
        *benchmarks*)
          mkdir -p benchmarks/target
          echo jar >benchmarks/target/holdfast-benchmarks.jar
          ;;
      esac
      [ ! -e broken ] || exit 1
      """;

  private static final String JAVA =
      """
      #!/bin/sh
      if [ "$1" = -version ]; then
        echo 'openjdk version "%s" 2025-01-01' >&2
        exit
      fi
      echo "pid $$"
      pwd
      printf '<%%s>\\n' "$@"
      """;

  @TempDir private Path temp;
  private Path checkout;
  private Path bin;

  private record Run(int exit, List<String> out, String err, long pid) {}

  @BeforeEach
  void makeCheckout() throws IOException {
    checkout = Files.createDirectory(temp.toRealPath().resolve("a check out"));
    for (String file :
        List.of(
            "pom.xml",
            "proto/pom.xml",
            "proto/src/main/a.proto",
            "server/pom.xml",
            "server/src/main/A.java",
            "test-fixtures/pom.xml",
            "test-fixtures/src/main/A.java",
            "client-sdk/pom.xml",
            "client-sdk/src/main/A.java",
            "benchmarks/pom.xml",
            "benchmarks/src/main/A.java")) {
      write(checkout.resolve(file), file);
    }
    script(checkout.resolve("holdfast"), Files.readString(Path.of("..", "holdfast")));
    String flags = "server/src/main/launcher/java.sh";
    write(checkout.resolve(flags), Files.readString(Path.of("..", flags)));

    bin = Files.createDirectory(temp.resolve("bin"));
    for (String tool : TOOLS) {
      provide(tool);
    }
    script(bin.resolve("mvn"), MVN);
    script(bin.resolve("java"), JAVA.formatted("17.0.15"));
  }

  @Test
  void buildsWhatIsMissingAndBecomesTheServer() throws Exception {
    Run run = run("serve", "--data-dir", "a b", "");

    assertEquals(0, run.exit(), run.err());
    List<String> out = run.out();
    assertEquals("pid " + run.pid(), out.get(0), "a signal has to reach the server itself");
    assertEquals(temp.toRealPath().toString(), out.get(1), "--data-dir is relative to the caller");
    assertEquals(
        List.of("<serve>", "<--data-dir>", "<a b>", "<>"), out.subList(out.size() - 4, out.size()));
    assertEquals("<" + jar() + ">", out.get(out.size() - 5));
    assertTrue(
        run.err().startsWith("holdfast: building, because there is no build yet\n"), run.err());
    assertEquals(1, builds());
  }

  @Test
  void startsWhatIsFresh() throws Exception {
    run("serve");
    Run again = run("serve");

    assertEquals("", again.err());
    assertEquals(1, builds());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pom.xml", "proto/src/main/a.proto", "server/src/main/A.java"})
  void buildsWhatHasChanged(String file) throws Exception {
    run("serve");
    Files.setLastModifiedTime(checkout.resolve(file), FileTime.from(Instant.now().plusSeconds(5)));
    Run again = run("serve");

    assertEquals(0, again.exit(), again.err());
    assertTrue(
        again.err().startsWith("holdfast: building, because " + file + " has changed\n"),
        again.err());
    assertEquals(2, builds());
  }

  @Test
  void buildsWhereAFileIsGone() throws Exception {
    run("serve");
    age();
    Files.delete(checkout.resolve("server/src/main/A.java"));
    Run again = run("serve");

    assertTrue(
        again.err().startsWith("holdfast: building, because server/src/main has changed\n"),
        again.err());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void launchersStartedAtOnceBuildOnce(boolean withFlock) throws Exception {
    if (withFlock) {
      provide("flock");
    }
    List<Launched> launchers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      launchers.add(start(checkout.resolve("holdfast"), "serve"));
    }
    for (Launched launcher : launchers) {
      Run run = launcher.finish();
      assertEquals(0, run.exit(), run.err());
    }
    assertEquals(1, builds());
  }

  @Test
  void benchBuildsBothAndBecomesTheBenchmark() throws Exception {
    Run run = run("bench", "--help");

    assertEquals(0, run.exit(), run.err());
    List<String> out = run.out();
    assertEquals("pid " + run.pid(), out.get(0));
    Path benchmark = checkout.resolve("benchmarks/target/holdfast-benchmarks.jar");
    assertEquals(
        List.of("<" + benchmark + ">", "<--help>"), out.subList(out.size() - 2, out.size()));

    assertEquals("", run("bench").err());
    assertEquals("", run("serve").err(), "the server was built with the benchmark");
    assertEquals(1, builds());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "server/src/main/A.java",
        "test-fixtures/src/main/A.java",
        "client-sdk/pom.xml",
        "benchmarks/src/main/A.java"
      })
  void benchBuildsWhatHasChanged(String file) throws Exception {
    run("bench");
    Files.setLastModifiedTime(checkout.resolve(file), FileTime.from(Instant.now().plusSeconds(5)));
    Run again = run("bench");

    assertEquals(0, again.exit(), again.err());
    assertTrue(
        again.err().startsWith("holdfast: building, because " + file + " has changed\n"),
        again.err());
  }

  @Test
  void whatOnlyTheBenchmarkIsMadeOfDoesNotConcernTheServer() throws Exception {
    run("serve");
    Files.setLastModifiedTime(
        checkout.resolve("benchmarks/src/main/A.java"),
        FileTime.from(Instant.now().plusSeconds(5)));

    assertEquals("", run("serve").err());
  }

  @Test
  void worksThroughASymlink() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("hf"), Path.of("a check out/holdfast"));
    Run run = start(link, "--version").finish();

    assertEquals(0, run.exit(), run.err());
    List<String> out = run.out();
    assertEquals(
        List.of("<" + jar() + ">", "<--version>"), out.subList(out.size() - 2, out.size()));
  }

  @Test
  void aBuildThatFailsStartsNothingAndIsTriedAgain() throws Exception {
    run("serve");
    age();
    write(checkout.resolve("broken"), "");
    write(checkout.resolve("pom.xml"), "changed");
    Run failed = run("serve");
    Run again = run("serve");

    assertEquals(1, failed.exit());
    assertEquals(List.of(), failed.out());
    assertTrue(failed.err().endsWith("holdfast: the build failed\n"), failed.err());
    assertEquals(1, again.exit());
    assertEquals(3, builds());
  }

  @ParameterizedTest
  @CsvSource({"17.0.15, false", "23, false", "24-ea, true", "25.0.1, true"})
  void allowsWhatNewerJvmsWarnOf(String version, boolean allowed) throws Exception {
    script(bin.resolve("java"), JAVA.formatted(version));
    Run run = run("serve");

    assertEquals(0, run.exit(), run.err());
    assertEquals(allowed, run.out().contains("<--enable-native-access=ALL-UNNAMED>"));
    assertEquals(allowed, run.out().contains("<--sun-misc-unsafe-memory-access=allow>"));
  }

  @ParameterizedTest
  @CsvSource({
    "'', true",
    "-Xmx100m, false",
    "-Xmn9m -Xmx100m, false",
    "-XX:NewRatio=3, false",
    "-Dxy=z, true"
  })
  void halfOfTheHeapIsForWhatIsYoungUnlessTheCallerSaysHowLargeItIs(String options, boolean half)
      throws Exception {
    script(bin.resolve("java"), JAVA.formatted("17"));
    Run run =
        start(checkout.resolve("holdfast"), Map.of("HOLDFAST_JAVA_OPTS", options), "serve")
            .finish();

    assertEquals(0, run.exit(), run.err());
    assertEquals(half, run.out().contains("<-Xmn256m>"), run.out().toString());
    List<String> flags = new ArrayList<>(run.out());
    flags.retainAll(List.of("<-Xmx512m>", "<-Xmx100m>"));
    // Of two the JVM takes the last.
    assertEquals(
        options.contains("-Xmx") ? List.of("<-Xmx512m>", "<-Xmx100m>") : List.of("<-Xmx512m>"),
        flags);
  }

  @ParameterizedTest
  @ValueSource(strings = {"11.0.2", "1.8.0_392"})
  void saysThatJavaIsTooOld(String version) throws Exception {
    script(bin.resolve("java"), JAVA.formatted(version));
    assertRefused(
        "holdfast: java is version " + version.replaceAll("_.*", "") + "; 17 or newer is needed");
  }

  @Test
  void saysThatThereIsNoJava() throws Exception {
    Files.delete(bin.resolve("java"));
    assertRefused("holdfast: no java found; install a JDK, 17 or newer");
  }

  @Test
  void saysThatThereIsNoMaven() throws Exception {
    Files.delete(bin.resolve("mvn"));
    assertRefused("holdfast: no mvn found, and there is no build yet; install Maven, 3.8 or newer");
  }

  private void assertRefused(String start) throws Exception {
    Run run = run("serve");
    assertEquals(1, run.exit());
    assertEquals(List.of(), run.out());
    assertTrue(run.err().startsWith(start), run.err());
    assertEquals(1, run.err().lines().count(), run.err());
  }

  private Run run(String... words) throws Exception {
    return start(checkout.resolve("holdfast"), words).finish();
  }

  private Launched start(Path launcher, String... words) throws IOException {
    return start(launcher, Map.of(), words);
  }

  private Launched start(Path launcher, Map<String, String> environment, String... words)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
    builder.environment().put("PATH", bin.toString());
    builder.environment().keySet().removeAll(List.of("JAVA_HOME", "HOLDFAST_JAVA_OPTS"));
    builder.environment().putAll(environment);
    Path err = Files.createTempFile(temp, "err", null);
    return new Launched(builder.redirectError(err.toFile()).start(), err);
  }

  private record Launched(Process process, Path err) {
    Run finish() throws Exception {
      List<String> out = process.inputReader(UTF_8).lines().toList();
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
      return new Run(process.exitValue(), out, Files.readString(err), process.pid());
    }
  }

  private Path jar() {
    return checkout.resolve("server/target/holdfast-server.jar");
  }

  private int builds() throws IOException {
    return Files.readAllLines(checkout.resolve("builds")).size();
  }

  /** Dates all back, so that the next change is newer than the jar, whatever the clock's grain. */
  private void age() throws IOException {
    try (Stream<Path> files = Files.walk(checkout)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(120)));
      }
    }
    Files.setLastModifiedTime(jar(), FileTime.from(Instant.now().minusSeconds(60)));
  }

  /** Lets the launcher find a tool of this machine. */
  private void provide(String tool) throws IOException {
    for (String dir : System.getenv("PATH").split(File.pathSeparator, -1)) {
      Path found = Path.of(dir, tool);
      if (Files.isExecutable(found)) {
        script(bin.resolve(tool), "#!/bin/sh\nexec '" + found + "' \"$@\"\n");
        return;
      }
    }
    throw new IllegalStateException("no " + tool + " on the PATH");
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
