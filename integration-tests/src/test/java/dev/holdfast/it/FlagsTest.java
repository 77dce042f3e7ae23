package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ProgramResult;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.GetRepositoryRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The words of the program. */
class FlagsTest {
  @TempDir private Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --capacity   | 5 parsecs     | 1TiB
          --capacity   | 0             | 1TiB
          --capacity   | 99EiB         | below 2^63
          --retention  | a week        | 7d
          --retention  | 0d            | 7d
          --listen     | nowhere       | 127.0.0.1:7420
          --listen     | 127.0.0.1:99999 | 127.0.0.1:7420
          --admin-listen | on          | off
          """)
  void wrongValuesExitWith2AndSayWhatToWrite(String flag, String value, String instead)
      throws Exception {
    ProgramResult refused =
        Program.holdfast().run("serve", "--data-dir", temp.resolve("data").toString(), flag, value);
    assertEquals(2, refused.exit(), refused.err());
    String line = refused.err().lines().findFirst().orElse("");
    assertTrue(line.contains(flag) && line.contains(value), line);
    assertTrue(line.contains(instead), line);
    assertEquals("", refused.out());
    assertFalse(Files.exists(temp.resolve("data")), "nothing is made by what is refused");
  }

  @Test
  void unknownWordsExitWith2AndSayWhatIsMeant() throws Exception {
    ProgramResult flag = Program.holdfast().run("serve", "--data-dri", "x");
    assertEquals(2, flag.exit());
    assertTrue(flag.err().contains("--data-dir"), flag.err());
    ProgramResult command = Program.holdfast().run("serv");
    assertEquals(2, command.exit());
    assertTrue(command.err().contains("serve"), command.err());
    ProgramResult nothing = Program.holdfast().run();
    assertEquals(2, nothing.exit());
    assertTrue(nothing.err().contains("serve"), nothing.err());
  }

  @ParameterizedTest
  @CsvSource({"--listen", "--admin-listen"})
  void toListenBeyondLoopbackHasToBeMeant(String flag) throws Exception {
    String dataDir = temp.resolve("data").toString();
    ProgramResult refused =
        Program.holdfast().run("serve", "--data-dir", dataDir, flag, "0.0.0.0:0");
    assertEquals(2, refused.exit());
    assertTrue(refused.err().contains(flag), refused.err());
    assertTrue(refused.err().contains("--insecure"), refused.err());
  }

  @Test
  void withInsecureItListensEverywhere() throws Exception {
    try (ServerProcess server =
        ServerProcess.start(temp.resolve("data"), "--listen", "0.0.0.0:0", "--insecure")) {
      assertTrue(server.target().startsWith("0.0.0.0:"), server.target());
      assertEquals(0, server.terminate());
    }
  }

  @Test
  void aVariableAndAFileConfigureTheServerToo() throws Exception {
    Path file = Files.writeString(temp.resolve("holdfast.properties"), "capacity=1KiB\n");
    Program configured =
        Program.holdfast().withEnvironment(Map.of("HOLDFAST_CONFIG", file.toString()));
    try (ServerProcess server = configured.serve(temp.resolve("data"))) {
      assertEquals(1024, capacity(server));
    }
    String dataDir = temp.resolve("data").toString();
    ProgramResult refused =
        configured.withEnvironment(Map.of("HOLDFAST_CAPACTIY", "2KiB")).run("verify");
    assertEquals(2, refused.exit(), refused.err());
    assertTrue(refused.err().contains("HOLDFAST_CAPACITY"), refused.err());
    ProgramResult verified =
        configured.withEnvironment(Map.of("HOLDFAST_DATA_DIR", dataDir)).run("verify");
    assertEquals(0, verified.exit(), verified.err());
  }

  @Test
  void theStoredCapacityStandsAndAWarningNamesBoth() throws Exception {
    Path dataDir = temp.resolve("data");
    try (ServerProcess server = ServerProcess.start(dataDir, "--capacity", "1KiB")) {
      assertEquals(1024, capacity(server));
      assertEquals(List.of(), server.warnings());
    }
    try (ServerProcess server = ServerProcess.start(dataDir, "--capacity", "1024")) {
      assertEquals(List.of(), server.warnings());
    }
    try (ServerProcess server = ServerProcess.start(dataDir, "--capacity", "2kB")) {
      assertEquals(1024, capacity(server));
      List<String> warnings = server.warnings();
      assertEquals(1, warnings.size(), server.log());
      assertTrue(warnings.get(0).contains("1024"), warnings.get(0));
      assertTrue(warnings.get(0).contains("2000"), warnings.get(0));
    }
  }

  @Test
  void withoutCapacityNoRepositoryIsMade() throws Exception {
    try (ServerProcess server = ServerProcess.start(temp.resolve("data"));
        Stubs stubs = new Stubs(server.target())) {
      Refusal.expect(
          "REPOSITORY_NOT_FOUND",
          () -> stubs.repositories().getRepository(GetRepositoryRequest.getDefaultInstance()));
    }
  }

  private static long capacity(ServerProcess server) {
    try (Stubs stubs = new Stubs(server.target())) {
      return stubs
          .repositories()
          .getRepository(GetRepositoryRequest.getDefaultInstance())
          .getRepository()
          .getCapacityBytes();
    }
  }

  @Test
  void helpAndVersion() throws Exception {
    for (List<String> words :
        List.of(List.of("--help"), List.of("serve", "--help"), List.of("verify", "--help"))) {
      ProgramResult help = Program.holdfast().run(words.toArray(String[]::new));
      assertEquals(0, help.exit());
      assertTrue(help.out().contains("Usage: holdfast"), help.out());
      assertEquals("", help.err());
    }
    String serve = Program.holdfast().run("serve", "--help").out();
    for (String flag :
        List.of("--listen", "--admin-listen", "--data-dir", "--capacity", "--retention")) {
      assertTrue(serve.contains(flag), serve);
    }
    ProgramResult version = Program.holdfast().run("--version");
    assertEquals(0, version.exit());
    assertTrue(version.out().matches("holdfast \\d+\\.\\d+\\S*\\R"), version.out());
    assertEquals(version, Program.holdfast().run("serve", "--version"));
  }
}
