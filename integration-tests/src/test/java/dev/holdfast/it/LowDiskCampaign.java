package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.Durations;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ProgramResult;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.VerifyRequest;
import io.grpc.StatusRuntimeException;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers, backups and restores on a {@link SmallDisk} that is nearly full, or becomes full. */
class LowDiskCampaign {
  private static final int RESERVATIONS = 300;
  private static final int VALUE_BYTES = 64 << 10;
  private static final int VALUES = 200;
  private static final long MEBIBYTE = 1 << 20;

  @TempDir private Path temp;
  private SmallDisk disk = new SmallDisk(Path.of(""));

  @BeforeEach
  void begin() throws Exception {
    disk = SmallDisk.mounted();
    disk.clear();
  }

  private static void reserve(Stubs stubs, int index) {
    var unused =
        stubs
            .reservations()
            .reserveSlot(
                Requests.reserveSlot("", Requests.slot("request", index), 1, "").toBuilder()
                    .setLease(Durations.fromHours(1))
                    .build());
  }

  private static boolean isReserved(Stubs stubs, int index) {
    try {
      reserve(stubs, index);
      return true;
    } catch (StatusRuntimeException e) {
      assertEquals("STORE_UNAVAILABLE", Refusal.of(e).reason());
      return false;
    }
  }

  @Test
  void newReservesAreRefusedBeforeTheDiskIsFullAndOtherChangesPass() throws Exception {
    try (ServerProcess server =
            ServerProcess.start(
                disk.path(), "--capacity", "1TiB", "--admin-listen", "127.0.0.1:0");
        Stubs stubs = new Stubs(server.target())) {
      for (int i = 0; i < RESERVATIONS; i++) {
        reserve(stubs, i);
      }
      disk.fillTo(40 * MEBIBYTE);
      int[] next = {RESERVATIONS};
      Poll.until("a reserve is refused", () -> !isReserved(stubs, next[0]++));
      Refusal refusal =
          Refusal.of(assertThrows(StatusRuntimeException.class, () -> reserve(stubs, next[0])));
      assertEquals("not_applied", refusal.facts().get("outcome"));
      long freeBytes = Long.parseLong(refusal.facts().get("free_bytes"));
      long requiredBytes = Long.parseLong(refusal.facts().get("required_bytes"));
      assertTrue(freeBytes > 20 * MEBIBYTE && freeBytes < requiredBytes, refusal::toString);

      for (int i = 0; i < RESERVATIONS; i += 3) {
        var renewed =
            stubs
                .reservations()
                .renewLease(
                    Requests.renewLease(
                        "", Requests.slot("request", i), 0, Durations.fromHours(2)));
        assertTrue(renewed.hasReservation());
        var filled =
            stubs
                .reservations()
                .fillSlot(Requests.fillSlot("", Requests.slot("request", i + 1), 0, ""));
        assertTrue(filled.hasReservation());
        var released =
            stubs
                .reservations()
                .releaseSlot(Requests.releaseSlot("", Requests.slot("request", i + 2), 0, ""));
        assertEquals(1, released.getReleasedBytes());
      }
      int port = server.adminPort();
      assertEquals(200, Http.get(port, "/livez").statusCode());
      assertEquals(200, Http.get(port, "/readyz").statusCode());
      assertTrue(disk.freeBytes() > 20 * MEBIBYTE, "the disk became full");

      Files.delete(disk.fill());
      Poll.until("reserves are accepted again", () -> isReserved(stubs, next[0]));
      assertTrue(stubs.repositories().verify(VerifyRequest.getDefaultInstance()).getConsistent());
      String log = server.log();
      assertEquals(1, count(log, "nearly full"), log);
      assertEquals(1, count(log, "accepting all changes"), log);
      assertEquals(0, server.terminate(), log);
    }
  }

  private static long count(String log, String words) {
    return log.lines().filter(line -> line.contains(words)).count();
  }

  /** A server whose database is small, and its WAL large. */
  private ServerProcess serverWithWal(Path dataDir) throws Exception {
    ServerProcess server = ServerProcess.start(dataDir, "--capacity", "1TiB");
    try (Stubs stubs = new Stubs(server.target())) {
      AcknowledgedWrites writes = new AcknowledgedWrites(0, VALUE_BYTES, VALUES);
      for (int i = 0; i < VALUES; i++) {
        writes.write(stubs);
      }
    }
    return server;
  }

  private static ProgramResult backUp(Path dataDir, Path file) throws Exception {
    return Program.holdfast()
        .run("backup", "--data-dir", dataDir.toString(), "--to", file.toString());
  }

  @Test
  void aBackupThatDoesNotFitLeavesNothing() throws Exception {
    Path dataDir = temp.resolve("data");
    Path file = disk.path().resolve("backup");
    try (ServerProcess server = serverWithWal(dataDir)) {
      long databaseBytes = Files.size(dataDir.resolve("holdfast.db"));
      assertTrue(databaseBytes < 4 * MEBIBYTE, "the database has " + databaseBytes + " bytes");
      // More than the database, and less than what the WAL adds to it.
      disk.fillTo(6 * MEBIBYTE);
      ProgramResult full = backUp(dataDir, file);
      assertEquals(1, full.exit(), full::toString);
      assertTrue(full.err().contains("no space is left for " + file), full.err());
      assertEquals("", full.out());
      assertEquals(List.of(disk.fill()), files());

      disk.fillUp();
      ProgramResult refused = backUp(dataDir, file);
      assertEquals(1, refused.exit(), refused::toString);
      assertTrue(refused.err().contains("no space for " + file), refused.err());
      assertEquals(List.of(disk.fill()), files());

      Files.delete(disk.fill());
      ProgramResult done = backUp(dataDir, file);
      assertEquals(0, done.exit(), done::toString);
      assertEquals(List.of(file), files());
      assertEquals(0, server.terminate(), server.log());
    }
  }

  private List<Path> files() throws Exception {
    try (var files = Files.list(disk.path())) {
      return files.sorted().toList();
    }
  }

  @Test
  void aRestoreThatDoesNotFitLeavesNothingThatIsServed() throws Exception {
    Path dataDir = temp.resolve("data");
    Path file = temp.resolve("backup");
    try (ServerProcess server = serverWithWal(dataDir)) {
      assertEquals(0, server.terminate());
    }
    assertEquals(0, backUp(dataDir, file).exit());
    Path target = disk.path().resolve("restored");
    List<String> words =
        List.of("restore", "--from", file.toString(), "--data-dir", target.toString());
    disk.fillTo(10 * MEBIBYTE);
    ProgramResult refused = Program.holdfast().run(words.toArray(String[]::new));
    assertEquals(1, refused.exit(), refused::toString);
    assertTrue(refused.err().contains("no space for the store in " + target), refused.err());
    assertFalse(Files.exists(target));
    Files.delete(disk.fill());

    // Somebody else fills the disk meanwhile, of which not much is left.
    disk.fillTo(Files.size(file) + 65 * MEBIBYTE);
    Process restore = Program.holdfast().process(words).start();
    try (BufferedReader err = restore.errorReader(StandardCharsets.UTF_8)) {
      String line = err.readLine();
      while (line != null && !line.contains("copying")) {
        line = err.readLine();
      }
      disk.fillUp();
      while (line != null) {
        line = err.readLine();
      }
    }
    assertTrue(restore.waitFor(60, TimeUnit.SECONDS));
    boolean done = restore.exitValue() == 0;
    System.out.println("full-disk campaign: the restore was " + (done ? "faster" : "refused"));
    assertEquals(done, Files.exists(target.resolve("holdfast.db")));
    Files.delete(disk.fill());
    if (!done) {
      assertFalse(Files.exists(target.resolve("holdfast.restore")));
      assertEquals(0, Program.holdfast().run(words.toArray(String[]::new)).exit());
    }
    ProgramResult verify = Program.holdfast().run("verify", "--data-dir", target.toString());
    assertEquals(0, verify.exit(), verify::toString);
  }
}
