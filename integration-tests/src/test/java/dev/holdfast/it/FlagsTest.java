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

/** The words of the program. */
class FlagsTest {
  @TempDir private Path temp;

  /** Tests the process; the server's own tests know all flags. */
  @Test
  void aWrongValueExitsWith2AndSaysWhatToWrite() throws Exception {
    ProgramResult refused =
        Program.holdfast()
            .run("serve", "--data-dir", temp.resolve("data").toString(), "--capacity", "5 parsecs");
    assertEquals(2, refused.exit(), refused.err());
    assertTrue(refused.err().contains("use for example 1TiB"), refused.err());
    assertEquals("", refused.out());
    assertFalse(Files.exists(temp.resolve("data")), "nothing is made by what is refused");
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
  void theVersionIsThatOfTheProject() throws Exception {
    ProgramResult version = Program.holdfast().run("--version");
    assertEquals(0, version.exit());
    assertTrue(version.out().matches("holdfast \\d+\\.\\d+\\S*\\R"), version.out());
  }
}
