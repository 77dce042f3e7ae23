package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import dev.holdfast.v1.ListEventsResponse;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.WatchEventsRequest;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that lost what was acknowledged, as the one who operates it meets that. */
class LostStoreTest {
  private static final long RAISE = 1L << 40;
  private static final int LOST = 20;

  @TempDir private Path temp;

  /** The generations that were given out and lost: the reservations that they were given with. */
  private long lostGeneration;

  private long lostRevision;

  /** As it lies there when the server was killed, and the same of an earlier day. */
  private Path killed = Path.of("");

  private Path older = Path.of("");

  private void leaveAStoreBehind() throws Exception {
    Path dataDir = temp.resolve("data");
    killed = temp.resolve("killed");
    older = temp.resolve("older");
    try (ServerProcess server = ServerProcess.start(dataDir, "--capacity", "1TiB");
        Stubs stubs = new Stubs(server.target())) {
      long kept = reserve(stubs, 0);
      assertTrue(kept > 0, "generation " + kept);
      assertEquals(0, server.terminate());
    }
    copy(dataDir, older);
    try (ServerProcess server = ServerProcess.start(dataDir);
        Stubs stubs = new Stubs(server.target())) {
      for (int i = 1; i <= LOST; i++) {
        lostGeneration = reserve(stubs, i);
      }
      lostRevision = revision(stubs);
      // The mark is at most a second behind.
      Path mark = dataDir.resolve("holdfast.mark");
      Poll.until("the mark is written", () -> says(mark, lostRevision));
      server.kill();
    }
    copy(dataDir, killed);
  }

  /**
   * Whether one of the two places of a mark says this revision, which is the sixth of its numbers.
   */
  private static boolean says(Path mark, long revision) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(mark));
    return IntStream.of(0, 4096)
        .anyMatch(place -> bytes.getLong(place + 6 * Long.BYTES) == revision);
  }

  /** As if it was written at another time. */
  private static void moveTime(Path mark, Duration by) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(mark));
    for (int place : new int[] {0, 4096}) {
      int time = place + 7 * Long.BYTES;
      bytes.putLong(time, bytes.getLong(time) + by.toMillis() * 1000);
      CRC32C checksum = new CRC32C();
      checksum.update(bytes.array(), place, 8 * Long.BYTES);
      bytes.putLong(place + 8 * Long.BYTES, checksum.getValue());
    }
    Files.write(mark, bytes.array());
  }

  private static Set<String> rights(Path directory) throws IOException {
    Set<String> rights = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        rights.add(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
      }
    }
    return rights;
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(
        to, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    for (String name : List.of("holdfast.db", "holdfast.db-wal", "holdfast.mark")) {
      if (Files.exists(from.resolve(name))) {
        Files.copy(from.resolve(name), to.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  private static long reserve(Stubs stubs, long index) {
    return stubs
        .reservations()
        .reserveSlot(Requests.reserveSlot("", Requests.slot("request", index), 1, ""))
        .getReservation()
        .getGeneration();
  }

  private static long revision(Stubs stubs) {
    return stubs.repositories().available(AvailableRequest.getDefaultInstance()).getRevision();
  }

  /** The bytes that could still tell what was lost. */
  private static Map<String, Integer> evidence(Path dataDir) throws IOException {
    Map<String, Integer> evidence = new TreeMap<>();
    for (String name : List.of("holdfast.db", "holdfast.db-wal", "holdfast.mark")) {
      Path file = dataDir.resolve(name);
      byte[] bytes = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
      evidence.put(name, Arrays.hashCode(bytes));
    }
    return evidence;
  }

  private static void assertRefused(Path dataDir, String what) throws Exception {
    String dir = dataDir.toString();
    assertRefused(
        dataDir,
        what,
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--admin-listen",
        "off",
        "--data-dir",
        dir);
  }

  private static void assertRefused(Path dataDir, String what, String... words) throws Exception {
    Map<String, Integer> before = evidence(dataDir);
    ProgramResult refused = Program.holdfast().run(words);
    assertEquals(1, refused.exit(), refused::toString);
    assertEquals("", refused.out());
    // Lines of the JVM itself are not among them.
    List<String> lines = refused.err().lines().filter(line -> !line.startsWith("WARNING")).toList();
    assertEquals(1, lines.size(), refused.err());
    String line = lines.get(0);
    assertTrue(
        line.startsWith(
            "holdfast: the store in " + dataDir + " lost acknowledged changes: " + what),
        line);
    assertTrue(line.contains("'holdfast restore'"), line);
    assertTrue(line.contains("--accept-loss"), line);
    assertEquals(before, evidence(dataDir), "a refused start altered the files");
  }

  @Test
  void isRefusedUntilTheLossIsAcceptedAndThenNothingComesTwice() throws Exception {
    leaveAStoreBehind();
    Path log = killed.resolve("holdfast.db-wal");
    byte[] logBytes = Files.readAllBytes(log);
    Files.write(log, new byte[0]);
    assertRefused(killed, "holdfast.db has revisions up to ");
    Files.delete(log);
    assertRefused(killed, "holdfast.db has revisions up to ");
    Files.write(log, Arrays.copyOf(logBytes, logBytes.length / 2));
    Files.setPosixFilePermissions(log, PosixFilePermissions.fromString("rw-------"));
    assertRefused(killed, "holdfast.db has revisions up to ");
    Path database = killed.resolve("holdfast.db");
    Files.delete(database);
    Files.delete(log);
    assertRefused(killed, "holdfast.db is missing. If its newest files are ");

    Files.copy(older.resolve("holdfast.db"), database, StandardCopyOption.COPY_ATTRIBUTES);
    assertRefused(killed, "holdfast.db has revisions up to ");
    assertRefused(
        killed, "holdfast.db has revisions up to ", "verify", "--data-dir", killed.toString());

    long raised;
    try (ServerProcess server = ServerProcess.start(killed, "--accept-loss");
        Stubs stubs = new Stubs(server.target())) {
      assertTrue(server.log().contains("Reconcile is due"), server.log());
      raised = revision(stubs);
      assertTrue(raised > RAISE, "revision " + raised);
      whatCameBeforeIsCompacted(stubs, raised);
      nothingIsGivenOutTwice(stubs);
      assertEquals(0, server.terminate());
    }
    moveTime(killed.resolve("holdfast.mark"), Duration.ofDays(365));
    try (ServerProcess server = ServerProcess.start(killed, "--accept-loss");
        Stubs stubs = new Stubs(server.target())) {
      assertTrue(server.log().contains("the clock was set back"), server.log());
      assertEquals(Set.of("rw-------"), rights(killed.resolve("native")));
      assertTrue(revision(stubs) < raised + RAISE, "raised again, where nothing is lost");
      assertEquals(0, server.terminate());
    }
    ProgramResult verify = Program.holdfast().run("verify", "--data-dir", killed.toString());
    assertEquals(0, verify.exit(), verify::toString);
  }

  private void whatCameBeforeIsCompacted(Stubs stubs, long raised) {
    for (long after : new long[] {0, 2, lostRevision, raised - 2}) {
      Refusal watch =
          refused(
              () -> {
                var unused =
                    stubs
                        .reservations()
                        .watchEvents(
                            WatchEventsRequest.newBuilder().setAfterRevision(after).build())
                        .next();
              });
      assertEquals("REVISION_COMPACTED", watch.reason(), "after " + after);
      assertEquals(raised, watch.number("oldest_revision"));

      ListEventsResponse list =
          stubs
              .reservations()
              .listEvents(ListEventsRequest.newBuilder().setAfterRevision(after).build());
      assertEquals(raised, list.getOldestRevision());
      assertEquals(
          List.of(raised), list.getEventsList().stream().map(e -> e.getRevision()).toList());
    }
    Refusal reconcile = refused(() -> reconcile(stubs, lostRevision));
    assertEquals("REVISION_COMPACTED", reconcile.reason());
    assertEquals(raised, reconcile.number("oldest_revision"));
  }

  /**
   * Reconciles with the slots that the chain assigns to this node: the known slot and the lost
   * slots.
   */
  private static ReconcileResponse reconcile(Stubs stubs, long asOfRevision) {
    return Reconciler.reconcile(
        stubs,
        ReconcileHeader.newBuilder().setAsOfRevision(asOfRevision).build(),
        IntStream.rangeClosed(0, LOST)
            .mapToObj(i -> Reconciler.observed(Requests.slot("request", i), 1))
            .toList());
  }

  private void nothingIsGivenOutTwice(Stubs stubs) {
    Refusal late =
        refused(
            () -> {
              var unused =
                  stubs
                      .reservations()
                      .releaseSlot(
                          Requests.releaseSlot(
                              "", Requests.slot("request", LOST), lostGeneration, ""));
            });
    assertEquals("RESERVATION_NOT_FOUND", late.reason());
    assertTrue(reserve(stubs, LOST + 1) > RAISE, "a generation from before");
    ReconcileResponse reconciled = reconcile(stubs, revision(stubs));
    assertEquals(LOST, reconciled.getAdoptedCount3());
    assertEquals(1, reconciled.getFilledCount2());
    assertTrue(reconciled.getRevision() > RAISE, reconciled::toString);
  }

  private static Refusal refused(Runnable call) {
    return Refusal.of(assertThrows(StatusRuntimeException.class, call::run));
  }
}
