package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ProgramResult;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a ledger that are taken away under the server that has them open. */
class ReplacedFilesTest {
  @TempDir private Path temp;

  @Test
  void whereTheDataDirWasRemovedNothingIsAcknowledgedAndTheEndIsNoGoodOne() throws Exception {
    Path dataDir = temp.resolve("data");
    try (ServerProcess server =
            ServerProcess.start(dataDir, "--capacity", "1TiB", "--admin-listen", "127.0.0.1:0");
        Stubs stubs = new Stubs(server.target())) {
      int port = server.adminPort();
      reserve(stubs, 0);
      assertEquals(200, Http.get(port, "/readyz").statusCode());
      Files.move(dataDir, temp.resolve("aside"));
      Poll.until("it is not ready", () -> Http.get(port, "/readyz").statusCode() == 503);

      StatusRuntimeException refused = refused(() -> reserve(stubs, 1));
      assertEquals("STORE_UNAVAILABLE", Refusal.of(refused).reason());
      assertEquals("not_applied", Refusal.of(refused).facts().get("outcome"));
      StatusRuntimeException unread =
          refused(() -> stubs.repositories().getRepository(Requests.getRepository("default")));
      assertEquals("STORE_UNAVAILABLE", Refusal.of(unread).reason());
      assertNotEquals(0, server.terminate());
      String line = "was removed or replaced under the running server";
      assertEquals(server.log().indexOf(line), server.log().lastIndexOf(line), server.log());
      assertTrue(server.log().contains(line), server.log());
    }
    assertFalse(Files.exists(dataDir.resolve("holdfast.db")), "a new ledger was made");
    ProgramResult verify =
        Program.holdfast().run("verify", "--data-dir", temp.resolve("aside").toString());
    assertEquals(0, verify.exit(), verify.out() + verify.err());
    assertTrue(verify.out().contains("1 reservations"), verify.out());
  }

  private static void reserve(Stubs stubs, long index) {
    var unused =
        stubs
            .reservations()
            .reserveSlot(Requests.reserveSlot("", Requests.slot("request", index), 1, ""));
  }

  private static StatusRuntimeException refused(Runnable call) {
    return assertThrows(StatusRuntimeException.class, call::run);
  }
}
