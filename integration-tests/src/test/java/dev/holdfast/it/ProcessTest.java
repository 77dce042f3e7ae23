package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.junit.SalesFixture;
import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ProgramResult;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.FutureAnswer;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.VerifyRequest;
import dev.holdfast.v1.VerifyResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests the process besides its calls: the lock of the data directory, probes, reflection, verify.
 */
class ProcessTest {
  @TempDir private static Path filled;
  @TempDir private Path temp;

  private Path dataDir;

  @BeforeEach
  void chooseDataDir() {
    dataDir = temp.resolve("data");
  }

  @Test
  void aSecondServerIsToldWhoHoldsTheDataDir() throws Exception {
    try (ServerProcess server = ServerProcess.start(dataDir)) {
      for (String command : List.of("serve", "verify")) {
        ProgramResult refused = Program.holdfast().run(command, "--data-dir", dataDir.toString());
        assertEquals(1, refused.exit());
        assertTrue(refused.err().contains("process " + server.pid()), refused.err());
        assertTrue(refused.err().contains(server.target()), refused.err());
        assertEquals(1, refused.err().lines().count(), refused.err());
      }
      server.kill();
    }
    try (ServerProcess next = ServerProcess.start(dataDir)) {
      assertEquals(0, next.terminate(), "a killed one holds nothing");
    }
  }

  @Test
  void aKilledServerLeavesNoCopyOfItsNativeCodeForEver() throws Exception {
    for (int i = 0; i < 2; i++) {
      try (ServerProcess server = ServerProcess.start(dataDir)) {
        server.kill();
      }
      try (Stream<Path> unpacked = Files.list(dataDir.resolve("native"))) {
        assertEquals(1, unpacked.filter(file -> !file.toString().endsWith(".lck")).count());
      }
    }
  }

  @Test
  void probesAnswer() throws Exception {
    try (ServerProcess server = ServerProcess.start(dataDir, "--admin-listen", "127.0.0.1:0")) {
      int port = server.adminPort();
      assertEquals(200, Http.get(port, "/livez").statusCode());
      assertEquals(200, Http.get(port, "/readyz").statusCode());
      assertEquals(404, Http.get(port, "/nothing").statusCode());
      assertEquals(404, Http.get(port, "/livez/more").statusCode());
      assertEquals(0, server.terminate());
    }
  }

  @Test
  void bothReflectionsListBothServices() throws Exception {
    try (ServerProcess server = ServerProcess.start(dataDir);
        Stubs stubs = new Stubs(server.target())) {
      var v1 = new FutureAnswer<io.grpc.reflection.v1.ServerReflectionResponse>();
      StreamObserver<io.grpc.reflection.v1.ServerReflectionRequest> ask =
          io.grpc.reflection.v1.ServerReflectionGrpc.newStub(stubs.channel())
              .serverReflectionInfo(v1);
      ask.onNext(
          io.grpc.reflection.v1.ServerReflectionRequest.newBuilder().setListServices("").build());
      assertListsBoth(
          v1.future().get(60, TimeUnit.SECONDS).getListServicesResponse().getServiceList().stream()
              .map(io.grpc.reflection.v1.ServiceResponse::getName)
              .toList());
      ask.onCompleted();

      var alpha = new FutureAnswer<io.grpc.reflection.v1alpha.ServerReflectionResponse>();
      StreamObserver<io.grpc.reflection.v1alpha.ServerReflectionRequest> askAlpha =
          io.grpc.reflection.v1alpha.ServerReflectionGrpc.newStub(stubs.channel())
              .serverReflectionInfo(alpha);
      askAlpha.onNext(
          io.grpc.reflection.v1alpha.ServerReflectionRequest.newBuilder()
              .setListServices("")
              .build());
      assertListsBoth(
          alpha
              .future()
              .get(60, TimeUnit.SECONDS)
              .getListServicesResponse()
              .getServiceList()
              .stream()
              .map(io.grpc.reflection.v1alpha.ServiceResponse::getName)
              .toList());
      askAlpha.onCompleted();
    }
  }

  private static void assertListsBoth(List<String> services) {
    assertTrue(services.contains("holdfast.v1.RepositoryService"), services::toString);
    assertTrue(services.contains("holdfast.v1.ReservationsService"), services::toString);
    assertTrue(services.contains("holdfast.v1.SalesService"), services::toString);
  }

  @Test
  void goodBooksBalance() throws Exception {
    fillBooks();
    ProgramResult good = Program.holdfast().run("verify", "--data-dir", dataDir.toString());
    assertEquals(0, good.exit(), good.toString());
    assertTrue(good.out().contains("110 bytes"), good.out());
    assertTrue(good.out().contains("the books balance"), good.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          UPDATE repositories SET capacity_bytes = 1001               | 891 | 890 | of repositories: repository default
          UPDATE reservations SET amount_bytes = 42                   | 110 | 10  | of reservations: slot
          DELETE FROM reservations                                    | 110 | 10  | reserved_bytes
          UPDATE offers SET sold_bytes = 99                           | 0   | 100 | of offers: offer cold
          UPDATE reservations SET offer_id = 'other'                  | 100 | 0   | of reservations: slot
          """)
  void damagedBooksDoNotAndItIsSaidWhere(String damage, long recorded, long counted, String subject)
      throws Exception {
    fillBooks();
    damage(damage);
    ProgramResult bad = Program.holdfast().run("verify", "--data-dir", dataDir.toString());
    assertEquals(1, bad.exit(), bad.toString());
    assertTrue(bad.out().contains("recorded " + recorded + ", counted " + counted), bad.out());
    assertTrue(bad.out().contains(subject), bad.out());
    assertTrue(bad.out().contains("do not balance"), bad.out());

    try (ServerProcess server = ServerProcess.start(dataDir);
        Stubs stubs = new Stubs(server.target())) {
      VerifyResponse live = stubs.repositories().verify(VerifyRequest.getDefaultInstance());
      assertFalse(live.getConsistent());
      assertTrue(
          live.getProblemsList().stream()
              .anyMatch(
                  problem -> problem.getRecorded() == recorded && problem.getCounted() == counted),
          live::toString);
    }
  }

  @Test
  void withoutTheEventsThatAStartNeedsThereIsNone() throws Exception {
    fillBooks();
    damage("UPDATE events SET micros = micros + 1");
    ProgramResult bad = Program.holdfast().run("verify", "--data-dir", dataDir.toString());
    assertEquals(1, bad.exit(), bad.toString());
    assertTrue(bad.out().contains("of events: chunk 1"), bad.out());
    ProgramResult refused =
        Program.holdfast()
            .run(
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--admin-listen",
                "off",
                "--data-dir",
                dataDir.toString());
    assertEquals(1, refused.exit(), refused.toString());
    assertTrue(refused.err().contains("damaged row of events: chunk 1"), refused.err());
  }

  @Test
  void theLossOfTheLastEventsIsToldBeforeAnythingIsCounted() throws Exception {
    fillBooks();
    damage("DELETE FROM events WHERE chunk = 3");
    ProgramResult refused = Program.holdfast().run("verify", "--data-dir", dataDir.toString());
    assertEquals(1, refused.exit(), refused.toString());
    assertTrue(refused.err().contains(" lost acknowledged changes: "), refused.err());
  }

  @Test
  void whereThereIsNothingToVerifyItSaysSo() throws Exception {
    ProgramResult missing = Program.holdfast().run("verify", "--data-dir", dataDir.toString());
    assertEquals(1, missing.exit());
    assertTrue(missing.err().contains(dataDir.toString()), missing.err());
  }

  /** Fills the books that the tests copy. */
  @BeforeAll
  static void fill() throws Exception {
    try (ServerProcess server = ServerProcess.start(filled.resolve("data"), "--capacity", "1000");
        Stubs stubs = new Stubs(server.target())) {
      var offer =
          stubs.sales().putOffer(SalesFixture.putting("default", SalesFixture.offer("cold")));
      assertEquals(0, offer.getOffer().getSoldBytes());
      var sold = stubs.sales().sellSlot(SalesFixture.selling("default", "verify", 100, "").build());
      assertEquals(900, sold.getAvailableBytes());
      var unassigned = stubs.repositories().reserve(Requests.reserve("", 10, ""));
      assertEquals(890, unassigned.getAvailableBytes());
      assertEquals(0, server.terminate());
    }
  }

  private void fillBooks() throws IOException {
    Files.createDirectory(dataDir);
    for (String name : List.of("holdfast.db", "holdfast.mark")) {
      Files.copy(filled.resolve("data").resolve(name), dataDir.resolve(name));
    }
  }

  private void damage(String sql) throws Exception {
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + dataDir.resolve("holdfast.db"));
        Statement statement = connection.createStatement()) {
      assertTrue(statement.executeUpdate(sql) > 0);
    }
  }
}
