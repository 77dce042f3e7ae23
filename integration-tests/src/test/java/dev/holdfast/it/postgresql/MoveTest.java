package dev.holdfast.it.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.postgresql.TestPostgres;
import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ProgramResult;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.Repository;
import dev.holdfast.v1.Reservation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code holdfast move} as an operator uses it, with the real programs. */
class MoveTest {
  private static final long FIRST = 1;
  private static final long SECOND = 2;

  @TempDir private Path temp = Path.of("");

  private static ProgramResult move(String from, String to) throws Exception {
    return Program.holdfast().run("move", "--from", from, "--to", to);
  }

  private static ProgramResult serve(String option, String value) throws Exception {
    return Program.holdfast()
        .run("serve", "--listen", "127.0.0.1:0", "--admin-listen", "off", option, value);
  }

  private static void assertMoved(ProgramResult moved) {
    assertEquals(0, moved.exit(), moved::toString);
    assertTrue(moved.out().contains("Both have the same contents"), moved.out());
    assertTrue(moved.err().contains("move: comparing"), moved.err());
  }

  private static void assertRefused(int exit, ProgramResult refused, String reason) {
    assertEquals(exit, refused.exit(), refused::toString);
    assertEquals("", refused.out());
    List<String> lines =
        refused.err().lines().filter(line -> line.startsWith("holdfast: ")).toList();
    assertEquals(1, lines.size(), refused.err());
    assertTrue(lines.get(0).contains(reason), lines.get(0));
  }

  private static Reservation reserve(Stubs stubs, long index) {
    return stubs
        .reservations()
        .reserveSlot(Requests.reserveSlot("", Requests.slot("request", index), 10, "op" + index))
        .getReservation();
  }

  private static ReleaseSlotResponse release(Stubs stubs, Reservation reservation) {
    return stubs
        .reservations()
        .releaseSlot(
            Requests.releaseSlot(
                "", reservation.getSlot(), reservation.getGeneration(), "released"));
  }

  private static Repository books(Stubs stubs) {
    return stubs.repositories().getRepository(Requests.getRepository("default")).getRepository();
  }

  @Test
  void aLedgerGoesOnWhereItWas() throws Exception {
    Path dataDir = temp.resolve("data");
    String url = TestPostgres.newDatabase();
    Reservation first;
    Reservation second;
    ReleaseSlotResponse released;
    Repository before;
    try (ServerProcess server = ServerProcess.start(dataDir, "--capacity", "1KiB");
        Stubs stubs = new Stubs(server.target())) {
      first = reserve(stubs, FIRST);
      second = reserve(stubs, SECOND);
      released = release(stubs, second);
      before = books(stubs);
      assertRefused(1, move(dataDir.toString(), url), "is held by");
      assertEquals(0, server.terminate());
    }
    assertMoved(move(dataDir.toString(), url));

    try (ServerProcess server = ServerProcess.start(temp.resolve("shared"), "--store", url);
        Stubs stubs = new Stubs(server.target())) {
      assertEquals(before, books(stubs));
      assertEquals(first, reserve(stubs, FIRST), "the operation is remembered");
      assertEquals(released, release(stubs, second), "of a released slot, too");
      assertRefused(1, move(url, temp.resolve("back").toString()), "stop all servers");
      assertFalse(Files.exists(temp.resolve("back")));
      assertEquals(0, server.terminate());
    }
    TestPostgres.execute(url, "DELETE FROM servers");
    assertRefused(1, move(dataDir.toString(), url), "was moved to " + url);
    assertRefused(1, serve("--data-dir", dataDir.toString()), "was moved to " + url);
    assertRefused(2, move(url, dataDir.toString()), "is not empty");
    assertRefused(2, move(temp.resolve("none").toString(), url), "there is no ledger in");
    assertEquals(2, move(url, url).exit());
    assertMoved(move(url, temp.resolve("back").toString()));
    assertRefused(2, serve("--store", url), "was moved to " + temp.resolve("back"));
    Files.delete(dataDir.resolve("holdfast.moved"));
    assertRefused(2, move(dataDir.toString(), url), "was moved to");

    try (ServerProcess server = ServerProcess.start(temp.resolve("back"));
        Stubs stubs = new Stubs(server.target())) {
      assertEquals(before, books(stubs));
      assertEquals(first, reserve(stubs, FIRST));
      assertEquals(0, server.terminate());
    }
  }

  @Test
  void thePasswordIsNotTold() throws Exception {
    ProgramResult refused = move(temp.toString(), "postgresql://user:sesame@127.0.0.1:1/holdfast");
    assertRefused(2, refused, "there is no ledger in");
    Files.createFile(temp.resolve("holdfast.db"));
    String away =
        move("postgresql://user:sesame@127.0.0.1:1/holdfast", temp.resolve("new").toString()).err();
    assertTrue(away.contains("cannot use the database"), away);
    assertFalse(away.contains("sesame"), away);
  }
}
