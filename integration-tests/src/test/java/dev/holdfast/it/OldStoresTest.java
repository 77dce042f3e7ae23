package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ProgramResult;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.DatastoreServiceGetRequest;
import dev.holdfast.v1.DatastoreServicePutRequest;
import dev.holdfast.v1.GetOfferRequest;
import dev.holdfast.v1.ListEventsRequest;
import dev.holdfast.v1.ListReservationsRequest;
import dev.holdfast.v1.Offer;
import dev.holdfast.v1.PutOfferRequest;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.ReleaseSlotResponse;
import dev.holdfast.v1.Reservation;
import dev.holdfast.v1.ReservationState;
import dev.holdfast.v1.Slot;
import dev.holdfast.v1.VerifyResponse;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Data directories of every released schema, each with the same contents, are opened, served and
 * verified.
 *
 * <p>A new schema gets its directory once, by the last version before its release:
 *
 * <pre>
 * mvn -pl integration-tests -am verify -Dtest=OldStoresTest -Dsurefire.failIfNoSpecifiedTests=false \
 *   -Dholdfast.store.create=schema-2
 * </pre>
 */
class OldStoresTest {
  private static final Path STORES = Path.of("src/test/resources/stores");
  private static final String REPOSITORY = "archive";
  private static final long CAPACITY_BYTES = 1 << 20;
  private static final Slot FILLED = Requests.slot("order-1", 0);
  private static final Slot RESERVED = Requests.slot("order-1", 1);
  private static final Slot RELEASED = Requests.slot("order-2", 0);
  private static final long FILLED_BYTES = 1000;
  private static final long RESERVED_BYTES = 200;
  private static final long RELEASED_BYTES = 30;
  private static final long UNASSIGNED_BYTES = 4;
  private static final ByteString VALUE = ByteString.copyFromUtf8("block 135");

  /** SQLite's header has the version of the schema there. */
  private static final int USER_VERSION_OFFSET = 60;

  @TempDir private Path temp;

  @BeforeAll
  static void createStore(@TempDir Path temp) throws Exception {
    String name = System.getProperty("holdfast.store.create");
    if (name == null) {
      return;
    }
    try (ServerProcess server = ServerProcess.start(temp);
        Stubs stubs = new Stubs(server.target())) {
      fill(stubs);
      assertEquals(0, server.terminate(), server.log());
    }
    copy(temp, STORES.resolve(name));
  }

  private static List<Path> stores() throws IOException {
    try (Stream<Path> directories = Files.list(STORES)) {
      return directories.sorted().toList();
    }
  }

  private static void fill(Stubs stubs) {
    var repository =
        stubs
            .repositories()
            .createRepository(Requests.createRepository(REPOSITORY, CAPACITY_BYTES));
    assertEquals(1, repository.getRepository().getRevision());
    long generation = reserve(stubs, FILLED, FILLED_BYTES, "reserve-filled").getGeneration();
    var filled =
        stubs
            .reservations()
            .fillSlot(Requests.fillSlot(REPOSITORY, FILLED, generation, "fill-filled"));
    assertEquals(ReservationState.RESERVATION_STATE_FILLED, filled.getReservation().getState());
    reserve(stubs, RESERVED, RESERVED_BYTES, "reserve-reserved");
    reserve(stubs, RELEASED, RELEASED_BYTES, "reserve-released");
    assertEquals(RELEASED_BYTES, release(stubs, 5).getReleasedBytes());
    var unassigned =
        stubs
            .repositories()
            .reserve(Requests.reserve(REPOSITORY, UNASSIGNED_BYTES, "reserve-unassigned"));
    assertEquals(7, unassigned.getRevision());
    var offer =
        stubs
            .sales()
            .putOffer(
                PutOfferRequest.newBuilder()
                    .setRepositoryId(REPOSITORY)
                    .setOffer(
                        Offer.newBuilder().setOfferId("cold").setMinPricePerBytePerSecond("10"))
                    .build());
    assertEquals("cold", offer.getOffer().getOfferId());
    var put =
        stubs
            .datastore()
            .put(
                DatastoreServicePutRequest.newBuilder()
                    .setRepositoryId(REPOSITORY)
                    .setKey("cursor")
                    .setValue(VALUE)
                    .build());
    assertEquals(1, put.getVersion());
  }

  private static Reservation reserve(Stubs stubs, Slot slot, long amountBytes, String operationId) {
    return stubs
        .reservations()
        .reserveSlot(Requests.reserveSlot(REPOSITORY, slot, amountBytes, operationId))
        .getReservation();
  }

  private static ReleaseSlotResponse release(Stubs stubs, long generation) {
    return stubs
        .reservations()
        .releaseSlot(
            Requests.releaseSlot(
                REPOSITORY,
                RELEASED,
                generation,
                ReleaseReason.RELEASE_REASON_ATTEMPT_FAILED,
                "release-released"));
  }

  /** Checks that a store has what {@link #fill} wrote, and remembers its operations. */
  private static void check(Stubs stubs) {
    AvailableResponse available = stubs.repositories().available(Requests.available(REPOSITORY));
    assertEquals(CAPACITY_BYTES, available.getCapacityBytes());
    assertEquals(UNASSIGNED_BYTES, available.getUnassignedBytes());
    assertEquals(FILLED_BYTES + RESERVED_BYTES + UNASSIGNED_BYTES, available.getReservedBytes());
    assertEquals(7, available.getRevision());

    List<Reservation> listed =
        stubs
            .reservations()
            .listReservations(
                ListReservationsRequest.newBuilder().setRepositoryId(REPOSITORY).build())
            .getReservationsList();
    assertEquals(List.of(FILLED, RESERVED), listed.stream().map(Reservation::getSlot).toList());
    assertEquals(
        List.of(
            ReservationState.RESERVATION_STATE_FILLED, ReservationState.RESERVATION_STATE_RESERVED),
        listed.stream().map(Reservation::getState).toList());
    assertEquals(listed.get(0), reserve(stubs, FILLED, FILLED_BYTES, "reserve-filled"));
    ReleaseSlotResponse replayed = release(stubs, 5);
    assertEquals(RELEASED_BYTES, replayed.getReleasedBytes());
    Refusal.expect(
        "RESERVATION_RELEASED", () -> reserve(stubs, RELEASED, RELEASED_BYTES, "reserve-released"));

    var events =
        stubs
            .reservations()
            .listEvents(ListEventsRequest.newBuilder().setRepositoryId(REPOSITORY).build());
    assertEquals(7, events.getEventsCount());
    var offer =
        stubs
            .sales()
            .getOffer(
                GetOfferRequest.newBuilder()
                    .setRepositoryId(REPOSITORY)
                    .setOfferId("cold")
                    .build());
    assertEquals("10", offer.getOffer().getMinPricePerBytePerSecond());
    var value =
        stubs
            .datastore()
            .get(
                DatastoreServiceGetRequest.newBuilder()
                    .setRepositoryId(REPOSITORY)
                    .setKey("cursor")
                    .build());
    assertEquals(VALUE, value.getValue());

    VerifyResponse verified = stubs.repositories().verify(Requests.verify(REPOSITORY));
    assertTrue(verified.getConsistent(), verified.toString());
    assertEquals(2, verified.getReservationCount());
  }

  @ParameterizedTest
  @MethodSource("stores")
  void anOldStoreIsServedAndItsBooksBalance(Path store) throws Exception {
    Path dataDir = copy(store, temp.resolve("data"));
    try (ServerProcess server = ServerProcess.start(dataDir);
        Stubs stubs = new Stubs(server.target())) {
      check(stubs);
      // What it has not seen yet works too.
      Reservation added = reserve(stubs, Requests.slot("order-3", 0), 5, "new");
      assertEquals(8, added.getGeneration());
      assertEquals(0, server.terminate(), server.log());
    }
    ProgramResult verified = Program.holdfast().run("verify", "--data-dir", dataDir.toString());
    assertEquals(0, verified.exit(), verified.out() + verified.err());
  }

  @Test
  void everySchemaHasAStoreAndTheNewestIsThatOfThisVersion() throws Exception {
    Path dataDir = temp.resolve("new");
    try (ServerProcess server = ServerProcess.start(dataDir)) {
      assertEquals(0, server.terminate(), server.log());
    }
    int newest = schemaVersion(dataDir);
    List<Path> stores = stores();
    assertEquals(newest, stores.size(), stores.toString());
    for (int version = 1; version <= newest; version++) {
      assertEquals(version, schemaVersion(STORES.resolve("schema-" + version)));
    }
  }

  private static int schemaVersion(Path dataDir) throws IOException {
    try (DataInputStream in =
        new DataInputStream(Files.newInputStream(dataDir.resolve("holdfast.db")))) {
      in.skipNBytes(USER_VERSION_OFFSET);
      return in.readInt();
    }
  }

  /** Copies what a stopped ledger consists of. */
  private static Path copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    for (String file : List.of("holdfast.db", "holdfast.mark")) {
      Files.copy(from.resolve(file), to.resolve(file));
    }
    return to;
  }
}
