package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.v1.DatastoreServiceDeleteRequest;
import dev.holdfast.v1.DatastoreServiceGetRequest;
import dev.holdfast.v1.DatastoreServiceGetResponse;
import dev.holdfast.v1.DatastoreServiceListKeysRequest;
import dev.holdfast.v1.DatastoreServiceListKeysResponse;
import dev.holdfast.v1.DatastoreServicePutRequest;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The node's own state: values with versions that are never used again. */
class DatastoreTest {
  private static final int LARGEST_VALUE = 1024 * 1024;
  private static final int LARGEST_KEY = 512;
  private static final int CALLERS = 64;

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  private RepositoryFixture ledger;

  @BeforeEach
  void makeRepository() {
    ledger = RepositoryFixture.of(SERVER, 1000);
  }

  private DatastoreServicePutRequest.Builder putting(String key, String value) {
    return DatastoreServicePutRequest.newBuilder()
        .setRepositoryId(ledger.id())
        .setKey(key)
        .setValue(ByteString.copyFromUtf8(value));
  }

  private static long put(DatastoreServicePutRequest.Builder request) {
    return SERVER.stubs().datastore().put(request.build()).getVersion();
  }

  private long put(String key, String value) {
    return put(putting(key, value));
  }

  private DatastoreServiceGetResponse get(String key) {
    return SERVER
        .stubs()
        .datastore()
        .get(
            DatastoreServiceGetRequest.newBuilder()
                .setRepositoryId(ledger.id())
                .setKey(key)
                .build());
  }

  private DatastoreServiceDeleteRequest.Builder deleting(String key) {
    return DatastoreServiceDeleteRequest.newBuilder().setRepositoryId(ledger.id()).setKey(key);
  }

  private static void delete(DatastoreServiceDeleteRequest.Builder request) {
    var unused = SERVER.stubs().datastore().delete(request.build());
  }

  private DatastoreServiceListKeysRequest.Builder listing(String prefix) {
    return DatastoreServiceListKeysRequest.newBuilder()
        .setRepositoryId(ledger.id())
        .setPrefix(prefix);
  }

  private static DatastoreServiceListKeysResponse list(
      DatastoreServiceListKeysRequest.Builder request) {
    return SERVER.stubs().datastore().listKeys(request.build());
  }

  private static List<String> all(DatastoreServiceListKeysRequest.Builder request) {
    List<String> keys = new ArrayList<>();
    String token = "";
    do {
      DatastoreServiceListKeysResponse page = list(request.setPageToken(token));
      keys.addAll(page.getKeysList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return keys;
  }

  @Test
  void whatWasPutIsThereAlsoAfterARestart() throws Exception {
    long revision = ledger.available().getRevision();
    assertEquals(1, put("cursor", "block 7"));
    assertEquals(2, put("cursor", "block 8"));
    DatastoreServiceGetResponse before = get("cursor");
    assertEquals("block 8", before.getValue().toStringUtf8());
    assertEquals(2, before.getVersion());
    assertTrue(before.hasUpdateTime());
    assertEquals(revision, ledger.available().getRevision(), "the revision stays");
    SERVER.restart();
    assertEquals(before, get("cursor"));
    assertEquals(3, put("other", ""));
    assertEquals(0, get("other").getValue().size());
  }

  @Test
  void versionsAreNeverUsedAgain() throws Exception {
    put("a", "1");
    delete(deleting("a"));
    Refusal gone = Refusal.expect("KEY_NOT_FOUND", () -> get("a"));
    assertEquals("a", gone.fact("key"));
    assertEquals(ledger.id(), gone.fact("repository_id"));
    Refusal.expect("KEY_NOT_FOUND", () -> delete(deleting("a")));
    SERVER.restart();
    assertEquals(2, put("a", "2"));
    Refusal full = Refusal.expect("REPOSITORY_NOT_EMPTY", this::deleteRepository);
    assertEquals(1, full.number("key_count"));
    delete(deleting("a").setExpectedVersion(2));
    deleteRepository();
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> put("a", "3"));
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> get("a"));
    Refusal.expect("REPOSITORY_NOT_FOUND", () -> list(listing("")));
    SERVER.restart();
    ledger.create(1);
    assertEquals(List.of(), all(listing("")));
    assertEquals(3, put("a", "3"));
  }

  private void deleteRepository() {
    ledger.delete();
  }

  @Test
  void theExpectedVersionHasToBeThere() {
    Refusal none =
        Refusal.expect("VERSION_MISMATCH", () -> put(putting("a", "1").setExpectedVersion(7)));
    assertEquals(0, none.number("current_version"));
    assertEquals(7, none.number("expected_version"));
    assertEquals("a", none.fact("key"));
    long version = put(putting("a", "1").setExpectedVersion(0));
    Refusal exists =
        Refusal.expect("VERSION_MISMATCH", () -> put(putting("a", "2").setExpectedVersion(0)));
    assertEquals(version, exists.number("current_version"));
    Refusal.expect("VERSION_MISMATCH", () -> delete(deleting("a").setExpectedVersion(version + 1)));
    assertEquals("1", get("a").getValue().toStringUtf8());
    delete(deleting("a").setExpectedVersion(version));
    Refusal.expect("KEY_NOT_FOUND", () -> delete(deleting("a").setExpectedVersion(version)));
  }

  @Test
  void ofAllWhoExpectTheSameVersionOneWins() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
    CyclicBarrier start = new CyclicBarrier(CALLERS);
    long version = 0;
    try {
      for (int round = 0; round < 5; round++) {
        long expected = version;
        List<Callable<Long>> callers =
            Collections.nCopies(
                CALLERS,
                () -> {
                  start.await();
                  try {
                    return put(putting("race", "mine").setExpectedVersion(expected));
                  } catch (StatusRuntimeException e) {
                    assertEquals("VERSION_MISMATCH", Refusal.of(e).reason());
                    return 0L;
                  }
                });
        List<Long> won = new ArrayList<>();
        for (Future<Long> answer : threads.invokeAll(callers)) {
          won.add(answer.get());
        }
        won.removeIf(answered -> answered == 0);
        assertEquals(List.of(version + 1), won);
        version++;
      }
    } finally {
      threads.shutdownNow();
    }
    assertEquals(version, get("race").getVersion());
  }

  @Test
  void sizesAreCountedInBytes() {
    String longest = "ä".repeat(LARGEST_KEY / 2);
    byte[] value = new byte[LARGEST_VALUE];
    Arrays.fill(value, (byte) 0xa5);
    put(putting(longest, "").setValue(ByteString.copyFrom(value)));
    assertEquals(ByteString.copyFrom(value), get(longest).getValue());
    assertEquals(List.of(longest), all(listing(longest)));
    put("\u0000", "a zero is a character too");
    assertEquals(1, get("\u0000").getVersion() - get(longest).getVersion());

    String tooLong = longest + "a";
    wrong("key", () -> put(tooLong, ""));
    wrong("key", () -> put("", ""));
    wrong("key", () -> get(tooLong));
    wrong("key", () -> get(""));
    wrong("key", () -> delete(deleting(tooLong)));
    wrong("key", () -> delete(deleting("")));
    wrong("prefix", () -> list(listing(tooLong)));
    wrong(
        "value",
        () -> put(putting("a", "").setValue(ByteString.copyFrom(new byte[LARGEST_VALUE + 1]))));
    wrong("expected_version", () -> put(putting("a", "").setExpectedVersion(-1)));
    wrong("expected_version", () -> delete(deleting("a").setExpectedVersion(-1)));
    wrong("repository_id", () -> put(putting("a", "").setRepositoryId("A")));
    wrong("page_size", () -> list(listing("").setPageSize(-1)));
    Refusal.expect("KEY_NOT_FOUND", () -> get("a"));
  }

  private static void wrong(String field, Refusal.Call call) {
    assertEquals(List.of(field), Refusal.expect("INVALID_ARGUMENT", call).fields());
  }

  @Test
  void keysAreListedByTheirBytesAPageACall() {
    List<String> keys = new ArrayList<>(List.of("\uffff", "\ud83d\ude00", "ä", "äb", "a", "z"));
    for (int i = 0; i < 25; i++) {
      keys.add("slots/" + i);
    }
    keys.forEach(key -> put(key, "x"));
    keys.sort(
        (a, b) ->
            Arrays.compareUnsigned(
                a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8)));
    assertEquals(keys, all(listing("")));
    assertEquals(keys, all(listing("").setPageSize(7)));
    assertEquals(keys, all(listing("").setPageSize(1)));
    assertEquals(List.of("ä", "äb"), all(listing("ä").setPageSize(1)));
    assertEquals(
        keys.stream().filter(key -> key.startsWith("slots/1")).toList(), all(listing("slots/1")));
    assertEquals(List.of(), all(listing("slots0")));

    String token = list(listing("slots/").setPageSize(5)).getNextPageToken();
    for (DatastoreServiceListKeysRequest.Builder other :
        List.of(listing("slots"), listing("slots/").setRepositoryId("default"))) {
      wrong("page_token", () -> list(other.setPageToken(token)));
    }
    wrong("page_token", () -> list(listing("slots/").setPageToken("nonsense")));
  }

  @Test
  void theLongestPagesArrive() {
    for (int i = 0; i < 1001; i++) {
      String number = "%04d".formatted(i);
      put("k".repeat(LARGEST_KEY - number.length()) + number, "");
    }
    DatastoreServiceListKeysResponse page = list(listing("").setPageSize(5000));
    assertEquals(1000, page.getKeysCount());
    assertEquals(1001, all(listing("").setPageSize(5000)).size());
    assertEquals(100, list(listing("")).getKeysCount());
  }

  @Test
  void theDefaultRepositoryIsMeantWhereNoneIsNamed() {
    Refusal refused =
        Refusal.expect("REPOSITORY_NOT_FOUND", () -> put(putting("a", "").clearRepositoryId()));
    assertEquals("default", refused.fact("repository_id"));
  }
}
