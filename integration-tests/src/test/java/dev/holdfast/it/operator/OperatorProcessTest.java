package dev.holdfast.it.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ProgramResult;
import dev.holdfast.testing.process.Relay;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.Slot;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tests commands as processes: their exit codes, pipes, and watches that outlive connections. */
class OperatorProcessTest {
  private static final Slot SLOT = Requests.slot("r", 0);

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  @TempDir private Path directory;

  private RepositoryFixture ledger;

  @BeforeEach
  void makeRepository() {
    ledger = RepositoryFixture.of(SERVER, 1_000_000);
  }

  private Process start(String... words) throws Exception {
    List<String> all = new ArrayList<>(List.of(words));
    all.add("--repository=" + ledger.id());
    return Program.holdfast()
        .process(all)
        .redirectError(directory.resolve("err").toFile())
        .redirectOutput(directory.resolve("out").toFile())
        .start();
  }

  private String out() throws Exception {
    return Files.readString(directory.resolve("out"));
  }

  private String err() throws Exception {
    return Files.readString(directory.resolve("err"));
  }

  private static int exit(Process process) throws Exception {
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it ends");
    return process.exitValue();
  }

  @Test
  void aWatchOutlivesItsConnectionAndEndsWhenTheSlotIsFree() throws Exception {
    var first = ledger.reserve(SLOT, 5, "");
    try (Relay relay = new Relay(SERVER.server().target())) {
      Process follower =
          start("events", "r/0", "--until-free", "--json", "--server", relay.target());
      try {
        Poll.until("the past is printed", () -> out().lines().count() == 1);
        var other = ledger.reserve(Requests.slot("r", 1), 5, "");
        relay.refuse(true);
        relay.cut();
        Poll.until("the cut is told", () -> err().contains("connection lost"));
        var unusedFilled = ledger.fill(Requests.slot("r", 1), other.getGeneration(), "");
        relay.refuse(false);
        var unusedReleased = ledger.release(SLOT, first.getGeneration(), "");
        assertEquals(0, exit(follower), err());
        List<String> lines = out().lines().toList();
        assertEquals(2, lines.size(), lines::toString);
        assertTrue(lines.get(0).contains("\"reserved\""), lines.get(0));
        assertTrue(lines.get(1).contains("RELEASE_REASON_ATTEMPT_FAILED"), lines.get(1));
      } finally {
        follower.destroyForcibly();
      }
    }
  }

  @Test
  void aFreeSlotIsNotWaitedFor() throws Exception {
    Process follower = start("events", "r/0", "--until-free", "--server", SERVER.server().target());
    assertEquals(0, exit(follower), err());
  }

  @Test
  void aWatchOfADeletedRepositoryEnds() throws Exception {
    Process follower = start("events", "--follow", "--server", SERVER.server().target());
    try {
      Poll.until("the creation is printed", () -> out().contains("CAPACITY"));
      ledger.delete();
      assertEquals(1, exit(follower));
      assertTrue(err().startsWith("holdfast: "), err());
      assertTrue(err().contains("REPOSITORY_NOT_FOUND"), err());
      assertEquals(1, err().lines().count(), err());
    } finally {
      follower.destroyForcibly();
    }
  }

  @Test
  void aReaderThatLeavesEndsTheCommand() throws Exception {
    Process follower =
        Program.holdfast()
            .process(
                List.of(
                    "events",
                    "--follow",
                    "--json",
                    "--server",
                    SERVER.server().target(),
                    "--repository",
                    ledger.id()))
            .redirectError(directory.resolve("err").toFile())
            .start();
    try {
      try (BufferedReader reader = follower.inputReader()) {
        assertTrue(reader.readLine().startsWith("{"));
      }
      var unusedReserved = ledger.reserve(SLOT, 5, "");
      assertEquals(0, exit(follower));
      assertEquals("", err());
    } finally {
      follower.destroyForcibly();
    }
  }

  @Test
  void verifyRecountsARunningServer() throws Exception {
    var unusedReserved = ledger.reserve(SLOT, 5, "");
    ProgramResult all = Program.holdfast().run("verify", "--server", SERVER.server().target());
    assertEquals(0, all.exit(), all.err());
    String line = "repository " + ledger.id() + ": 5 bytes reserved, 1 reservations, revision 2";
    assertTrue(all.out().lines().anyMatch(line::equals), all.out());
    assertTrue(all.out().endsWith("the books balance\n"), all.out());
  }

  @Test
  void verifyTakesOneOfItsTwoForms() throws Exception {
    ProgramResult both =
        Program.holdfast().run("verify", "--server", "127.0.0.1:1", "--data-dir", "x");
    assertEquals(2, both.exit());
    assertTrue(both.err().contains("not both"), both.err());
    ProgramResult configured =
        Program.holdfast().withEnvironment(Map.of("HOLDFAST_SERVER", "127.0.0.1:1")).run("verify");
    assertEquals(2, configured.exit(), configured.err());
    assertTrue(configured.err().contains("add --data-dir"), configured.err());
    ProgramResult noServer = Program.holdfast().run("verify", "--json");
    assertEquals(2, noServer.exit());
    assertTrue(noServer.err().contains("add --server"), noServer.err());
    assertFalse(noServer.err().contains("Exception"), noServer.err());
  }

  @Test
  void theVersionIsThatOfTheProgram() throws Exception {
    ProgramResult status = Program.holdfast().run("status", "--version");
    assertEquals(Program.holdfast().run("--version").out(), status.out());
    assertTrue(status.out().startsWith("holdfast "), status.out());
  }
}
