package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
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
import dev.holdfast.v1.AvailableRequest;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.VerifyRequest;
import dev.holdfast.v1.VerifyResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Servers below which the calls of the operating system fail: {@code
 * integration-tests/campaigns/io-faults/run} compiles what has them fail, and runs this.
 */
class IoFaultsCampaign {
  private static final int CYCLES = Integer.getInteger("holdfast.io-faults.cycles", 3);

  /** The exit code of the server after a failed sync. */
  private static final int HALTED = 74;

  private static final int WRITERS = 6;
  private static final int KEYS = 8;
  private static final int VALUE_BYTES = 256 << 10;

  private final Random random = Seed.random();

  @TempDir private Path temp;
  private Path dataDir = Path.of("");
  private IoFaults faults = new IoFaults(Path.of(""));

  @BeforeEach
  void begin() {
    assertNotNull(System.getProperty("holdfast.io-faults.library"), "see io-faults/run");
    dataDir = temp.resolve("data");
    faults = new IoFaults(temp);
  }

  private ServerProcess start(String... flags) throws Exception {
    List<String> all = new ArrayList<>(List.of("--capacity", "1TiB"));
    all.addAll(List.of(flags));
    return Program.holdfast()
        .withEnvironment(faults.environment())
        .serve(dataDir, all.toArray(String[]::new));
  }

  /** Puts values and reserves slots until the server is gone. */
  private static Void write(Stubs stubs, AcknowledgedWrites writes) {
    try {
      while (true) {
        writes.write(stubs);
      }
    } catch (StatusRuntimeException e) {
      // Nobody is there any more.
      if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
        throw e;
      }
      return null;
    }
  }

  private static int lost(Stubs stubs, List<AcknowledgedWrites> all) {
    return all.stream().mapToInt(writes -> writes.lost(stubs)).sum();
  }

  private static boolean reservation(Stubs stubs, String request, long slot) {
    return AcknowledgedWrites.isReserved(stubs, request, slot);
  }

  private static void assertConsistent(Stubs stubs) {
    VerifyResponse answer = stubs.repositories().verify(VerifyRequest.getDefaultInstance());
    assertTrue(answer.getConsistent(), answer::toString);
  }

  /**
   * The sync of the database fails once, mostly behind several passes of a checkpoint, and what it
   * should have written is gone; or that of the log does, in a commit.
   */
  @Test
  void aFailedSyncLosesNothing() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<AcknowledgedWrites> all = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      all.add(new AcknowledgedWrites(i, VALUE_BYTES, KEYS));
    }
    int lost = 0;
    try {
      for (int cycle = 0; cycle < CYCLES; cycle++) {
        boolean inCommit = cycle % 4 == 3;
        faults.clear();
        try (ServerProcess server = start();
            Stubs stubs = new Stubs(server.target())) {
          lost += lost(stubs, all);
          assertConsistent(stubs);
          faults.set(
              inCommit
                  ? "fsync -wal drop " + random.nextInt(200) + " 1"
                  : "fsync .db drop " + random.nextInt(3) + " 1");
          List<Callable<Void>> writing = new ArrayList<>();
          all.forEach(writes -> writing.add(() -> write(stubs, writes)));
          for (Future<Void> written : threads.invokeAll(writing)) {
            written.get();
          }
          assertEquals(HALTED, server.awaitExit(), server.log());
          assertEquals(1, faults.done());
        }
      }
    } finally {
      threads.shutdownNow();
    }
    faults.clear();
    try (ServerProcess server = start();
        Stubs stubs = new Stubs(server.target())) {
      lost += lost(stubs, all);
      assertConsistent(stubs);
      assertEquals(0, server.terminate());
    }
    ProgramResult verify = Program.holdfast().run("verify", "--data-dir", dataDir.toString());
    long acknowledged = all.stream().mapToLong(AcknowledgedWrites::count).sum();
    System.out.printf(
        "io-faults campaign: cycles=%d acknowledged=%d lost=%d%n", CYCLES, acknowledged, lost);
    assertEquals(0, lost);
    assertEquals(0, verify.exit(), verify.out());
  }

  @Test
  void aFailedSyncAtTheEndIsNoGoodEnd() throws Exception {
    faults.clear();
    try (ServerProcess server = start();
        Stubs stubs = new Stubs(server.target())) {
      reserve(stubs, 0);
      faults.set("fsync .db drop 0 1");
      assertEquals(HALTED, server.terminate(), server.log());
    }
    faults.clear();
    try (ServerProcess server = start();
        Stubs stubs = new Stubs(server.target())) {
      assertTrue(reservation(stubs, "request", 0));
      assertConsistent(stubs);
    }
  }

  private static void reserve(Stubs stubs, long index) {
    var unused =
        stubs
            .reservations()
            .reserveSlot(
                ReserveSlotRequest.newBuilder()
                    .setSlot(Requests.slot("request", index))
                    .setAmountBytes(1)
                    .setLease(Durations.fromHours(1))
                    .build());
  }

  private static int ready(int port) throws Exception {
    return Http.get(port, "/readyz").statusCode();
  }

  @Test
  void whatHadOneErrorReadsAgain() throws Exception {
    faults.clear();
    try (ServerProcess server = start("--admin-listen", "127.0.0.1:0");
        Stubs stubs = new Stubs(server.target())) {
      int port = server.adminPort();
      faults.set("pread -wal fail 0 4");
      int index = 0;
      while (faults.done() < 4) {
        tryTo(() -> reserve(stubs, 0));
        int slot = index++;
        tryTo(() -> reservation(stubs, "request", slot));
      }
      for (int i = 0; i < 200; i++) {
        reserve(stubs, 1000 + i);
        assertTrue(reservation(stubs, "request", 1000 + i));
      }
      Poll.until("it is ready", () -> ready(port) == 200);

      faults.set("pread -wal fail 0 1000000");
      Poll.until(
          "it is not ready while reads fail",
          () -> {
            tryTo(() -> reserve(stubs, 5000 + System.nanoTime() % 1000));
            tryTo(() -> reservation(stubs, "request", 1));
            return ready(port) == 503;
          });
      faults.clear();
      Poll.until("it is ready again", () -> ready(port) == 200);
      assertEquals(0, server.terminate());
    }
  }

  /** Runs a call, and ignores the errors that are expected from injected faults. */
  private static void tryTo(Runnable call) {
    try {
      call.run();
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.UNAVAILABLE
          && e.getStatus().getCode() != Status.Code.ALREADY_EXISTS) {
        throw e;
      }
    }
  }

  @Test
  void whileASyncHangsOthersReadAndTheServerIsNotReady() throws Exception {
    faults.clear();
    try (ServerProcess server = start("--admin-listen", "127.0.0.1:0");
        Stubs stubs = new Stubs(server.target())) {
      int port = server.adminPort();
      reserve(stubs, 0);
      faults.set("fsync -wal hang 0 1");
      var renewing =
          ReservationsServiceGrpc.newFutureStub(stubs.channel())
              .renewLease(
                  Requests.renewLease("", Requests.slot("request", 0), 0, Durations.fromHours(2)));
      Poll.until("the sync hangs", () -> faults.done() == 1);
      for (int i = 0; i < 100; i++) {
        assertTrue(reservation(stubs, "request", 0));
        assertEquals(
            1,
            stubs
                .repositories()
                .available(AvailableRequest.getDefaultInstance())
                .getReservedBytes());
      }
      assertConsistent(stubs);
      Poll.until("it is not ready", () -> ready(port) == 503);
      assertFalse(renewing.isDone());
      faults.clear();
      assertTrue(renewing.get(60, TimeUnit.SECONDS).hasReservation());
      Poll.until("it is ready again", () -> ready(port) == 200);
      assertEquals(0, server.terminate());
    }
  }

  /** The calls fail below the backup, not below the server. */
  @Test
  void aBackupThatCannotReadWriteOrSyncLeavesNoFile() throws Exception {
    Path elsewhere = Files.createDirectory(temp.resolve("elsewhere"));
    Path file = elsewhere.resolve("backup");
    faults.clear();
    try (ServerProcess server = ServerProcess.start(dataDir, "--capacity", "1TiB");
        Stubs stubs = new Stubs(server.target())) {
      AcknowledgedWrites writes = new AcknowledgedWrites(0, VALUE_BYTES, KEYS);
      for (int i = 0; i < 3 * KEYS; i++) {
        writes.write(stubs);
      }
      for (String rule :
          List.of(
              "pread -wal fail 0 1000000",
              "pread -wal fail 40 1000000",
              "pread .db fail 0 1000000",
              "pwrite .partial fail 3 1000000",
              "fsync .partial fail 0 1000000",
              "fsync .partial fail 1 1000000")) {
        faults.set(rule);
        ProgramResult failed = backUp(file);
        assertTrue(faults.done() > 0, rule + " had nothing fail: " + failed);
        assertEquals(1, failed.exit(), rule + ": " + failed);
        assertEquals("", failed.out(), rule);
        try (Stream<Path> left = Files.list(elsewhere)) {
          assertEquals(List.of(), left.toList(), rule);
        }
      }
      faults.clear();
      assertEquals(0, lost(stubs, List.of(writes)));
      assertEquals(0, backUp(file).exit());
      assertEquals(0, server.terminate());
    }
  }

  private ProgramResult backUp(Path file) throws Exception {
    return Program.holdfast()
        .withEnvironment(faults.environment())
        .run("backup", "--data-dir", dataDir.toString(), "--to", file.toString());
  }

  /** Each of the first writes of a commit is done, and told to have failed. */
  @Test
  void whatIsToldOfAnUnknownOutcomeStaysSo() throws Exception {
    List<Boolean> unknown = new ArrayList<>();
    boolean failed = true;
    for (int skipped = 0; failed; skipped++) {
      int index = 1 + skipped;
      boolean made;
      faults.clear();
      try (ServerProcess server = start();
          Stubs stubs = new Stubs(server.target())) {
        reserve(stubs, 1000 + index);
        faults.set("pwrite -wal lie " + skipped + " 1");
        try {
          reserve(stubs, index);
        } catch (StatusRuntimeException e) {
          assertEquals("unknown", Refusal.of(e).facts().get("outcome"));
        }
        failed = faults.done() == 1;
        made = told(stubs, index);
        if (failed) {
          unknown.add(made);
        }
        server.kill();
      }
      faults.clear();
      try (ServerProcess server = start();
          Stubs stubs = new Stubs(server.target())) {
        assertEquals(made, reservation(stubs, "request", index), "write " + skipped);
        assertConsistent(stubs);
        server.kill();
      }
    }
    System.out.println("io-faults campaign: of unknown outcomes were made: " + unknown);
    assertFalse(unknown.isEmpty(), "no outcome was unknown");
  }

  /** Returns whether the slot is reserved, as soon as the server can read it. */
  private static boolean told(Stubs stubs, int index) throws Exception {
    @Nullable Boolean[] made = {null};
    Poll.until(
        "it reads",
        () -> {
          try {
            made[0] = reservation(stubs, "request", index);
            return true;
          } catch (StatusRuntimeException e) {
            assertEquals("STORE_UNAVAILABLE", Refusal.of(e).reason());
            return false;
          }
        });
    return Boolean.TRUE.equals(made[0]);
  }
}
