package dev.holdfast.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.holdfast.client.errors.KeyNotFoundException;
import dev.holdfast.client.errors.OutcomeUnknownException;
import dev.holdfast.client.errors.UnavailableException;
import dev.holdfast.client.errors.VersionMismatchException;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.StoredValue;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.v1.DatastoreServiceDeleteRequest;
import dev.holdfast.v1.DatastoreServiceDeleteResponse;
import dev.holdfast.v1.DatastoreServiceGetRequest;
import dev.holdfast.v1.DatastoreServiceGetResponse;
import dev.holdfast.v1.DatastoreServiceGrpc;
import dev.holdfast.v1.DatastoreServiceListKeysRequest;
import dev.holdfast.v1.DatastoreServiceListKeysResponse;
import dev.holdfast.v1.DatastoreServicePutRequest;
import dev.holdfast.v1.DatastoreServicePutResponse;
import io.grpc.Status;
import io.grpc.Status.Code;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Words into messages and back, for the datastore, and what is known when a change fails. */
class DatastoreTest {
  private static final byte[] VALUE = "value".getBytes(UTF_8);

  private final FakeServer server = FakeServer.start();
  private final HoldfastClient client = HoldfastClient.builder(server.target()).build();
  private final Datastore datastore = client.datastore();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void put() throws Exception {
    server.answer(
        DatastoreServiceGrpc.getPutMethod(),
        DatastoreServicePutResponse.newBuilder().setVersion(7).build());
    var sent =
        DatastoreServicePutRequest.newBuilder()
            .setKey("k")
            .setValue(ByteString.copyFrom(VALUE))
            .build();
    assertEquals(7, datastore.put("k", VALUE));
    assertEquals(sent, server.next().request());
    assertEquals(7, datastore.putAsync("k", VALUE).join());
    assertEquals(sent, server.next().request());
    var expecting = sent.toBuilder().setRepositoryId("cold").setExpectedVersion(0).build();
    assertEquals(7, datastore.inRepository("cold").put("k", VALUE, 0));
    assertEquals(expecting, server.next().request());
    assertEquals(7, datastore.inRepository("cold").putAsync("k", VALUE, 0).join());
    assertEquals(expecting, server.next().request());
  }

  @Test
  void get() throws Exception {
    server.answer(
        DatastoreServiceGrpc.getGetMethod(),
        DatastoreServiceGetResponse.newBuilder()
            .setValue(ByteString.copyFrom(VALUE))
            .setVersion(7)
            .setUpdateTime(Timestamp.newBuilder().setSeconds(1).setNanos(2))
            .build());
    StoredValue stored = datastore.get("k");
    assertArrayEquals(VALUE, stored.value());
    assertEquals(7, stored.version());
    assertEquals(Instant.ofEpochSecond(1, 2), stored.updateTime());
    assertEquals(
        DatastoreServiceGetRequest.newBuilder().setKey("k").build(), server.next().request());
    stored.value()[0] = 0;
    assertEquals(stored, datastore.getAsync("k").join());
    assertFalse(stored.toString().contains("value="), stored.toString());
  }

  @Test
  void aStoredValueKeepsACopyOfWhatItIsMadeOf() {
    byte[] mine = VALUE.clone();
    StoredValue stored = new StoredValue(mine, 7, Instant.EPOCH);
    mine[0]++;
    assertArrayEquals(VALUE, stored.value());
    assertEquals(new StoredValue(VALUE, 7, Instant.EPOCH), stored);
  }

  @Test
  void delete() throws Exception {
    server.answer(
        DatastoreServiceGrpc.getDeleteMethod(),
        DatastoreServiceDeleteResponse.getDefaultInstance());
    var sent = DatastoreServiceDeleteRequest.newBuilder().setKey("k").build();
    datastore.delete("k");
    assertEquals(sent, server.next().request());
    datastore.deleteAsync("k").join();
    assertEquals(sent, server.next().request());
    datastore.delete("k", 3);
    assertEquals(sent.toBuilder().setExpectedVersion(3).build(), server.next().request());
    datastore.deleteAsync("k", 3).join();
    assertEquals(sent.toBuilder().setExpectedVersion(3).build(), server.next().request());
  }

  @Test
  void listKeys() throws Exception {
    server.on(
        DatastoreServiceGrpc.getListKeysMethod(),
        (request, answer) ->
            FakeServer.complete(
                answer,
                DatastoreServiceListKeysResponse.newBuilder()
                    .addKeys("k" + request.getPageToken())
                    .setNextPageToken(request.getPageToken().equals("2") ? "" : "2")
                    .build()));
    var page = new Page<>(List.of("k1"), "2");
    var sent =
        DatastoreServiceListKeysRequest.newBuilder()
            .setPrefix("k")
            .setPageSize(5)
            .setPageToken("1")
            .build();
    assertEquals(page, datastore.listKeys("k", 5, "1"));
    assertEquals(sent, server.next().request());
    assertEquals(page, datastore.listKeysAsync("k", 5, "1").join());
    assertEquals(List.of("k", "k2"), datastore.listAllKeys("k").toList());
  }

  @Test
  void whatIsKeptInsteadIsSaid() {
    server.fail(
        DatastoreServiceGrpc.getPutMethod(),
        FakeServer.error(
            Code.ABORTED,
            "VERSION_MISMATCH",
            Map.of("expected_version", "6", "current_version", "7")));
    var e = assertThrows(VersionMismatchException.class, () -> datastore.put("k", VALUE, 6));
    assertEquals(6, e.expectedVersion());
    assertEquals(7, e.currentVersion());
    server.fail(
        DatastoreServiceGrpc.getGetMethod(),
        FakeServer.error(Code.NOT_FOUND, "KEY_NOT_FOUND", Map.of()));
    assertThrows(KeyNotFoundException.class, () -> datastore.get("k"));
  }

  @Test
  void changesAreSentOnceAndSayWhatIsNotKnown() {
    server.fail(DatastoreServiceGrpc.getPutMethod(), Status.UNAVAILABLE.asRuntimeException());
    server.fail(
        DatastoreServiceGrpc.getDeleteMethod(),
        FakeServer.error(Code.UNAVAILABLE, "DRAINING", Map.of()));
    var e = assertThrows(OutcomeUnknownException.class, () -> datastore.put("k", VALUE));
    assertTrue(e.getMessage().contains("Get tells"), e.getMessage());
    assertThrows(UnavailableException.class, () -> datastore.delete("k"));
    assertEquals(2, server.attempts().size());
  }
}
