package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ProgramResult;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.AvailableRequest;
import dev.holdfast.v1.ListEventsRequest;
import dev.holdfast.v1.Operation;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.VerifyRequest;
import dev.holdfast.v1.WatchEventsRequest;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.StatusRuntimeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups and restores as an operator makes them, with the real programs. */
class BackupTest {
  private static final long RAISE = 1L << 40;
  private static final int WRITERS = 4;
  private static final int SIGTERM_EXIT = 143;

  @TempDir private Path temp;

  private static ProgramResult run(String... words) throws Exception {
    return Program.holdfast().run(words);
  }

  private ProgramResult backUp(Path dataDir, Path file) throws Exception {
    return run("backup", "--data-dir", dataDir.toString(), "--to", file.toString());
  }

  private static void assertDone(ProgramResult result) {
    assertEquals(0, result.exit(), result::toString);
  }

  /** Asserts that a program failed with one line on stderr, besides its progress, and no output. */
  private static void assertFailed(ProgramResult result, String... words) {
    assertEquals(1, result.exit(), result::toString);
    assertEquals("", result.out());
    List<String> lines =
        result.err().lines().filter(line -> line.startsWith("holdfast: ")).toList();
    assertEquals(1, lines.size(), result.err());
    for (String word : words) {
      assertTrue(lines.get(0).contains(word), lines.get(0));
    }
  }

  private static long reserve(Stubs stubs, String request, long index) {
    return stubs
        .reservations()
        .reserveSlot(Requests.reserveSlot("", Requests.slot(request, index), 1, ""))
        .getReservation()
        .getGeneration();
  }

  private static long revision(Stubs stubs) {
    return stubs.repositories().available(AvailableRequest.getDefaultInstance()).getRevision();
  }

  private static Iterator<WatchEventsResponse> watchAfter(Stubs stubs, long revision) {
    return stubs
        .reservations()
        .watchEvents(WatchEventsRequest.newBuilder().setAfterRevision(revision).build());
  }

  private static Void write(Stubs stubs, AcknowledgedWrites writes, AtomicBoolean stop) {
    while (!stop.get()) {
      writes.write(stubs);
    }
    return null;
  }

  @Test
  void aBackupUnderLoadIsRestoredAndNothingComesTwice() throws Exception {
    Path dataDir = temp.resolve("data");
    Path file = temp.resolve("backup");
    List<AcknowledgedWrites> before = new ArrayList<>();
    List<AcknowledgedWrites> during = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      before.add(new AcknowledgedWrites(i, 1000, 8));
      during.add(new AcknowledgedWrites(WRITERS + i, 1000, 8));
    }
    long highest;
    ExecutorService threads = Executors.newCachedThreadPool();
    try (ServerProcess server = ServerProcess.start(dataDir, "--capacity", "1TiB");
        Stubs stubs = new Stubs(server.target())) {
      for (AcknowledgedWrites writes : before) {
        for (int i = 0; i < 50; i++) {
          writes.write(stubs);
        }
      }
      AtomicBoolean stop = new AtomicBoolean();
      List<Future<Void>> writing = new ArrayList<>();
      during.forEach(writes -> writing.add(threads.submit(() -> write(stubs, writes, stop))));
      Poll.until("there is load", () -> during.stream().allMatch(writes -> writes.count() > 10));
      try {
        ProgramResult done = backUp(dataDir, file);
        assertDone(done);
        assertTrue(done.out().startsWith("backup " + file + ": "), done.out());
        assertTrue(done.out().contains("1 repositories"), done.out());
        assertTrue(done.err().contains("backup: copying"), done.err());
      } finally {
        stop.set(true);
      }
      for (Future<Void> written : writing) {
        written.get();
      }
      assertTrue(Files.exists(dataDir.resolve("holdfast.backup")));
      assertEquals(0, lost(stubs, before) + lost(stubs, during));
      highest = reserve(stubs, "newest", 0);
      assertEquals(0, server.terminate(), server.log());
    } finally {
      threads.shutdownNow();
    }

    assertDone(run("backup", "inspect", file.toString()));
    Path restored = temp.resolve("restored");
    ProgramResult done =
        run("restore", "--from", file.toString(), "--data-dir", restored.toString());
    assertDone(done);
    assertTrue(done.out().contains("are unknown"), done.out());
    assertTrue(done.out().contains("run Reconcile"), done.out());
    assertTrue(done.out().contains("repository default: revision "), done.out());
    assertDone(run("verify", "--data-dir", restored.toString()));

    try (ServerProcess server = ServerProcess.start(restored, "--admin-listen", "127.0.0.1:0");
        Stubs stubs = new Stubs(server.target())) {
      assertEquals(0, lost(stubs, before), "of the acknowledged changes before the backup");
      String events = Http.get(server.adminPort(), "/repositories/default/events").body();
      assertTrue(events.contains("<tbody id=\"events\""), events);
      assertFalse(events.contains("Older events"), "no page leads into the skipped revisions");
      assertTrue(stubs.repositories().verify(VerifyRequest.getDefaultInstance()).getConsistent());
      // A watcher that was ahead of the backup is told, and a list too.
      for (long after : new long[] {highest, highest - 1, 1}) {
        Refusal watch = refused(() -> watchAfter(stubs, after).next());
        assertEquals("REVISION_COMPACTED", watch.reason());
      }
      assertEquals(revision(stubs), watchAfter(stubs, revision(stubs)).next().getRevision());
      long again = reserve(stubs, "newest", 0);
      assertTrue(again > RAISE && again > highest, "generation " + again + " after " + highest);
      Refusal late =
          refused(
              () -> {
                var unused =
                    stubs
                        .reservations()
                        .releaseSlot(
                            Requests.releaseSlot("", Requests.slot("newest", 0), highest, ""));
              });
      assertEquals("GENERATION_MISMATCH", late.reason());
      ReconcileResponse reconciled =
          Reconciler.reconcile(
              stubs,
              ReconcileHeader.newBuilder().setAsOfRevision(revision(stubs)).build(),
              List.of(Reconciler.observed(Requests.slot("newest", 1), 5)));
      assertEquals(1, reconciled.getAdoptedCount3());
      assertEquals(List.of(), server.warnings());
      assertEquals(0, server.terminate(), server.log());
    }
  }

  private static int lost(Stubs stubs, List<AcknowledgedWrites> all) {
    return all.stream().mapToInt(writes -> writes.lost(stubs)).sum();
  }

  private static Refusal refused(Runnable call) {
    return Refusal.of(assertThrows(StatusRuntimeException.class, call::run));
  }

  @Test
  void wrongFlagsAndWrongFilesAreToldApart() throws Exception {
    Path dataDir = temp.resolve("data");
    try (ServerProcess server = ServerProcess.start(dataDir, "--capacity", "1TiB")) {
      assertEquals(0, server.terminate());
    }
    Path file = temp.resolve("backup");
    ProgramResult flags = run("backup", "--data-dir", dataDir.toString());
    assertEquals(2, flags.exit());
    assertTrue(flags.err().contains("'--to=FILE'"), flags.err());
    assertEquals(2, run("restore", "--data-dir", dataDir.toString()).exit());
    assertEquals(2, run("backup", "inspect").exit());

    assertDone(backUp(dataDir, file));
    assertFailed(backUp(dataDir, file), file + " exists");
    assertFailed(backUp(temp.resolve("none"), temp.resolve("other")), "no ledger found in ");
    ProgramResult json = run("backup", "inspect", "--json", file.toString());
    assertDone(json);
    assertTrue(json.out().matches("\\{\"program_version\":\".*\"revision\":1\\}\\R"), json.out());

    Path cut = temp.resolve("cut");
    byte[] whole = Files.readAllBytes(file);
    Files.write(cut, Arrays.copyOf(whole, whole.length / 2));
    assertFailed(run("backup", "inspect", cut.toString()), "its end is missing");
    Path target = temp.resolve("target");
    assertFailed(
        run("restore", "--from", cut.toString(), "--data-dir", target.toString()),
        "its end is missing");
    assertFalse(Files.exists(target));
    assertFailed(
        run("restore", "--from", file.toString(), "--data-dir", dataDir.toString()),
        "is not empty");

    // Copied into place by hand.
    Files.createDirectory(target);
    Files.copy(file, target.resolve("holdfast.db"));
    for (String word : List.of("serve", "verify")) {
      assertFailed(run(word, "--data-dir", target.toString()), "'holdfast restore --from FILE");
    }
  }

  @Test
  void aSignalLeavesNothing() throws Exception {
    Path dataDir = temp.resolve("data");
    try (ServerProcess server = ServerProcess.start(dataDir, "--capacity", "1TiB");
        Stubs stubs = new Stubs(server.target())) {
      for (int i = 0; i < 20; i++) {
        fill(stubs, "request-" + i);
      }
      Path directory = Files.createDirectory(temp.resolve("elsewhere"));
      Path file = directory.resolve("backup");
      boolean interrupted = false;
      for (int attempt = 0; attempt < 10 && !interrupted; attempt++) {
        Process backup =
            Program.holdfast()
                .process(
                    List.of("backup", "--data-dir", dataDir.toString(), "--to", file.toString()))
                .start();
        try (BufferedReader err = backup.errorReader(StandardCharsets.UTF_8)) {
          String line = err.readLine();
          while (line != null && !line.contains("recounting")) {
            line = err.readLine();
          }
          // Unlike Process.destroy, this leaves stderr open to read what the signal causes.
          assertTrue(backup.toHandle().destroy());
          while (line != null) {
            assertFalse(line.contains("ERROR"), line);
            line = err.readLine();
          }
          assertTrue(backup.waitFor(60, TimeUnit.SECONDS));
        }
        // A backup that was faster than the signal is complete.
        interrupted = backup.exitValue() == SIGTERM_EXIT;
        assertEquals(interrupted ? List.of() : List.of("backup"), names(directory));
        Files.deleteIfExists(file);
      }
      assertTrue(interrupted, "every backup was faster than the signal");
      assertDone(backUp(dataDir, file));
      assertEquals(0, server.terminate(), server.log());
    }
  }

  private static void fill(Stubs stubs, String request) {
    List<Operation> operations =
        IntStream.range(0, 1000)
            .mapToObj(
                i -> Requests.operation(Requests.reserveSlot("", Requests.slot(request, i), 1, "")))
            .toList();
    var unused = stubs.reservations().apply(Requests.apply("", false, operations));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Store and mark of an earlier day are put back together, which only the clients can notice. */
  @Test
  void aStoreOlderThanItsClientsIsToldOnceAMinute() throws Exception {
    Path dataDir = temp.resolve("data");
    try (ServerProcess server = ServerProcess.start(dataDir, "--capacity", "1TiB")) {
      assertTrue(
          server.log().contains("WARN  holdfast: created a new, empty ledger in " + dataDir),
          server.log());
      assertEquals(0, server.terminate());
    }
    Files.delete(temp.resolve("data.stderr"));
    try (ServerProcess server = ServerProcess.start(dataDir);
        Stubs stubs = new Stubs(server.target())) {
      assertEquals(List.of(), server.warnings());
      assertEquals("REVISION_IN_FUTURE", refused(() -> watchAfter(stubs, 500).next()).reason());
      List<String> warnings = server.warnings();
      assertEquals(1, warnings.size(), server.log());
      assertTrue(
          warnings
              .get(0)
              .contains("revision or generation 500 of repository default, which is at 1"),
          warnings.get(0));
      assertTrue(warnings.get(0).contains("was copied back"), warnings.get(0));

      ReconcileHeader future =
          ReconcileHeader.newBuilder().setAsOfRevision(600).setAllowEmpty(true).build();
      assertEquals(
          "REVISION_IN_FUTURE",
          refused(
                  () -> {
                    var unused = Reconciler.reconcile(stubs, future, List.of());
                  })
              .reason());
      var listed =
          stubs
              .reservations()
              .listEvents(ListEventsRequest.newBuilder().setAfterRevision(700).build());
      assertEquals(0, listed.getEventsCount());
      assertEquals(
          "RESERVATION_NOT_FOUND",
          refused(
                  () -> {
                    var unused =
                        stubs
                            .reservations()
                            .releaseSlot(
                                Requests.releaseSlot("", Requests.slot("request", 0), 800, ""));
                  })
              .reason());
      assertEquals(1, server.warnings().size(), server.log());
      assertEquals(0, server.terminate());
    }
  }
}
