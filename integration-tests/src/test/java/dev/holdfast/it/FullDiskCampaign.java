package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.util.Durations;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.Seed;
import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ProgramResult;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.VerifyRequest;
import dev.holdfast.v1.VerifyResponse;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers on a {@link SmallDisk} that is full, mounted read-only, or not theirs. */
class FullDiskCampaign {
  private static final int CYCLES = Integer.getInteger("holdfast.full-disk.cycles", 3);

  private static final int WRITERS = 4;
  private static final int VALUE_BYTES = 16 << 10;
  private static final int FEW_KEYS = 8;
  private static final int MANY_KEYS = 4096;
  private static final String RESERVE = "holdfast.reserve";
  private static final int RESERVE_BYTES = 8 << 20;
  private static final int REFUSED = 200;
  private static final long NOBODY = 65_534;

  /** The superuser without the right to pass over what files say of their rights. */
  private static final List<String> ORDINARY =
      List.of(
          "setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--inh-caps=-all");

  private final Random random = Seed.random();

  @TempDir private Path temp;

  /** The disk; the data dir is its root. */
  private Path disk = Path.of("");

  private SmallDisk small = new SmallDisk(disk);

  @BeforeEach
  void begin() throws Exception {
    small = SmallDisk.mounted();
    disk = small.path();
    remount("rw,exec");
    small.clear();
  }

  private ServerProcess start() throws Exception {
    return ServerProcess.start(disk, "--capacity", "1TiB", "--admin-listen", "127.0.0.1:0");
  }

  /**
   * How much is missing. Where a commit that failed left a part of itself in the log, reads are
   * refused until something was written over that.
   */
  private static int lost(Stubs stubs, List<AcknowledgedWrites> all) throws Exception {
    int[] lost = new int[1];
    for (AcknowledgedWrites writes : all) {
      Poll.until(
          "reads are answered",
          () -> {
            try {
              lost[0] += writes.lost(stubs);
              return true;
            } catch (StatusRuntimeException e) {
              assertEquals("STORE_UNAVAILABLE", Refusal.of(e).reason());
              return false;
            }
          });
    }
    return lost[0];
  }

  private static void assertConsistent(Stubs stubs) {
    VerifyResponse answer = stubs.repositories().verify(VerifyRequest.getDefaultInstance());
    assertTrue(answer.getConsistent(), answer::toString);
  }

  /** Writes, refused or not, until it is told to stop. */
  private static Void write(
      Stubs stubs, AcknowledgedWrites writes, AtomicInteger refused, AtomicBoolean stop) {
    while (!stop.get()) {
      try {
        writes.write(stubs);
      } catch (StatusRuntimeException e) {
        assertEquals("STORE_UNAVAILABLE", Refusal.of(e).reason());
        refused.incrementAndGet();
      }
    }
    return null;
  }

  /** Has callers write while the disk fills up, and looks whether others can read. */
  private void writeUntilRefused(Stubs stubs, List<AcknowledgedWrites> all) throws Exception {
    AtomicInteger refused = new AtomicInteger();
    AtomicBoolean stop = new AtomicBoolean();
    ExecutorService threads = Executors.newCachedThreadPool();
    try {
      List<Future<Void>> writing = new ArrayList<>();
      all.forEach(writes -> writing.add(threads.submit(() -> write(stubs, writes, refused, stop))));
      long enough = all.get(0).count() + 50 + random.nextInt(200);
      Poll.until("changes are made", () -> all.get(0).count() >= enough);
      Poll.until(
          "changes are refused",
          () -> {
            small.fillUp();
            return refused.get() >= REFUSED;
          });
      stop.set(true);
      for (Future<Void> written : writing) {
        written.get();
      }
    } finally {
      stop.set(true);
      threads.shutdownNow();
    }
  }

  /** Renews a lease, which needs no new space, until there is none even for that. */
  private void renewUntilRefused(Stubs stubs) throws Exception {
    small.fillUp();
    Poll.until(
        "renewals are refused",
        () -> {
          try {
            var unused =
                stubs
                    .reservations()
                    .renewLease(
                        Requests.renewLease(
                            "", Requests.slot("leased", 0), 0, Durations.fromSeconds(60)));
            return false;
          } catch (StatusRuntimeException e) {
            Refusal refusal = Refusal.of(e);
            assertEquals("STORE_UNAVAILABLE", refusal.reason());
            assertFalse(refusal.facts().containsKey("free_bytes"), refusal::toString);
            return true;
          }
        });
  }

  @Test
  void nothingIsLostOnAFullDiskAndAStartHasRoom() throws Exception {
    int lost = 0;
    long acknowledged = 0;
    for (int cycle = 0; cycle < CYCLES; cycle++) {
      small.clear();
      // In the database the log takes hardly any room beside what is there, or nearly its own size.
      int keys = cycle % 2 == 0 ? FEW_KEYS : MANY_KEYS;
      List<AcknowledgedWrites> all = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        all.add(new AcknowledgedWrites(i, VALUE_BYTES, keys));
      }
      try (ServerProcess server = start();
          Stubs stubs = new Stubs(server.target())) {
        Poll.until("the reserve is made", this::hasReserve);
        lease(stubs);
        writeUntilRefused(stubs, all);
        renewUntilRefused(stubs);
        assertEquals(503, Http.get(server.adminPort(), "/readyz").statusCode());
        lost += lost(stubs, all);
        assertConsistent(stubs);
        server.kill();
      }
      small.fillUp();

      try (ServerProcess server = start();
          Stubs stubs = new Stubs(server.target())) {
        // The log that it takes into the database may leave room for another reserve at once.
        assertEquals(cycle + 1, releases(server), server.log());
        lost += lost(stubs, all);
        renewUntilRefused(stubs);
        lost += lost(stubs, all);
        assertConsistent(stubs);
        server.kill();
      }
      Files.deleteIfExists(disk.resolve(RESERVE));
      small.fillUp();

      // The space of the server before is enough, though not for the grace of the lease.
      try (ServerProcess server = start();
          Stubs stubs = new Stubs(server.target())) {
        lost += lost(stubs, all);
        Files.delete(small.fill());
        Poll.until("changes are made again", () -> isWritable(stubs, all.get(0)));
        int port = server.adminPort();
        Poll.until("it is ready", () -> Http.get(port, "/readyz").statusCode() == 200);
        lost += lost(stubs, all) + (isLeased(stubs) ? 0 : 1);
        assertConsistent(stubs);
        assertEquals(0, server.terminate(), server.log());
      }
      ProgramResult verify = Program.holdfast().run("verify", "--data-dir", disk.toString());
      assertEquals(0, verify.exit(), verify.out());
      acknowledged += all.stream().mapToLong(AcknowledgedWrites::count).sum();
    }
    System.out.printf(
        "full-disk campaign: cycles=%d acknowledged=%d lost=%d%n", CYCLES, acknowledged, lost);
    assertEquals(0, lost);
  }

  /** One that no start finds with as much left as it gives everybody. */
  private static void lease(Stubs stubs) {
    var unused =
        stubs
            .reservations()
            .reserveSlot(
                ReserveSlotRequest.newBuilder()
                    .setSlot(Requests.slot("leased", 0))
                    .setAmountBytes(1)
                    .setLease(Durations.fromSeconds(60))
                    .build());
  }

  private static boolean isLeased(Stubs stubs) {
    return AcknowledgedWrites.isReserved(stubs, "leased", 0);
  }

  private boolean hasReserve() throws IOException {
    Path reserve = disk.resolve(RESERVE);
    return Files.exists(reserve) && Files.size(reserve) == RESERVE_BYTES;
  }

  private static long releases(ServerProcess server) throws IOException {
    return server.warnings().stream()
        .filter(line -> line.contains("the space reserved by " + RESERVE))
        .count();
  }

  private static boolean isWritable(Stubs stubs, AcknowledgedWrites writes) {
    try {
      writes.write(stubs);
      return true;
    } catch (StatusRuntimeException e) {
      assertEquals("STORE_UNAVAILABLE", Refusal.of(e).reason());
      return false;
    }
  }

  /** Both programs end, and say in one line what is to be done. */
  private static void assertTold(List<String> launcher, Path dataDir, String... words)
      throws Exception {
    String data = dataDir.toString();
    for (ProgramResult ended :
        List.of(
            Program.holdfast()
                .behind(launcher)
                .run(
                    "serve",
                    "--data-dir",
                    data,
                    "--listen",
                    "127.0.0.1:0",
                    "--admin-listen",
                    "off"),
            Program.holdfast().behind(launcher).run("verify", "--data-dir", data))) {
      assertEquals(1, ended.exit(), ended.err());
      assertEquals("", ended.out());
      List<String> lines = ended.err().lines().toList();
      assertEquals(1, lines.size(), ended.err());
      assertTrue(lines.get(0).startsWith("holdfast: "), ended.err());
      for (String word : words) {
        assertTrue(lines.get(0).contains(word), ended.err());
      }
    }
  }

  private static void system(String... words) throws Exception {
    assertEquals(
        0, new ProcessBuilder(words).inheritIO().start().waitFor(), List.of(words)::toString);
  }

  private void remount(String options) throws Exception {
    system("mount", "-o", "remount," + options, disk.toString());
  }

  @Test
  void whatKeepsAServerFromStartingIsToldInOneLine() throws Exception {
    try (ServerProcess server = start();
        Stubs stubs = new Stubs(server.target())) {
      new AcknowledgedWrites(0, VALUE_BYTES, FEW_KEYS).write(stubs);
      Poll.until("the reserve is made", this::hasReserve);
      server.kill();
    }
    assertTold(List.of(), disk.resolve("holdfast.mark"), "is not a directory", "--data-dir");

    remount("ro");
    assertTold(List.of(), disk, "read-only", "mount it writable");
    remount("rw");

    remount("noexec");
    assertTold(List.of(), disk, "nothing may be executed in", "-Dorg.sqlite.tmpdir=");
    ProgramResult elsewhere =
        Program.holdfast()
            .behind(List.of("env", "JAVA_TOOL_OPTIONS=-Dorg.sqlite.tmpdir=" + temp))
            .run("verify", "--data-dir", disk.toString());
    assertEquals(0, elsewhere.exit(), elsewhere.err());
    remount("exec");

    for (String name :
        List.of("holdfast.db", "holdfast.db-wal", "holdfast.mark", "holdfast.lock", "native")) {
      Path file = disk.resolve(name);
      if (!Files.exists(file)) {
        // A clean stop leaves no WAL.
        SmallDisk.create(file);
      }
      system("chown", Long.toString(NOBODY), file.toString());
      assertTold(ORDINARY, disk, "no permission to read and write " + file, "chown -R");
      system("chown", "0", file.toString());
      // Its owner took the right to write from it.
      system("chmod", "u-w", file.toString());
      assertTold(ORDINARY, disk, "no permission to read and write " + file, "chmod -R u+rwX");
      system("chmod", "u+w", file.toString());
    }
    system("chown", Long.toString(NOBODY), disk.toString());
    assertTold(ORDINARY, disk, "no permission to read and write " + disk, "chown -R");
    system("chown", "0", disk.toString());

    small.fillUp();
    Files.delete(disk.resolve(RESERVE));
    small.fillUp();
    assertTold(List.of(), disk, "is full", "bytes there");
    Files.delete(small.fill());
    ProgramResult verify = Program.holdfast().run("verify", "--data-dir", disk.toString());
    assertEquals(0, verify.exit(), verify.err());
  }
}
