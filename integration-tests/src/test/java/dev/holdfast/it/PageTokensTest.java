package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import dev.holdfast.testing.junit.LiveServer;
import dev.holdfast.testing.junit.RepositoryFixture;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.DatastoreServiceListKeysRequest;
import dev.holdfast.v1.DatastoreServicePutRequest;
import dev.holdfast.v1.ListEventsRequest;
import dev.holdfast.v1.ListOffersRequest;
import dev.holdfast.v1.ListRepositoriesRequest;
import dev.holdfast.v1.ListReservationsRequest;
import dev.holdfast.v1.Offer;
import dev.holdfast.v1.PutOfferRequest;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever is done to a page token: the call is refused with the one field that is wrong. */
class PageTokensTest {
  private static final String BASE64_URL =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

  @RegisterExtension static final LiveServer SERVER = new LiveServer();

  @Test
  void aTokenThatWasAlteredIsRefusedByEveryRpcThatHasPages() {
    long seed = Long.getLong("holdfast.seed", System.nanoTime());
    System.out.println("altered page tokens: holdfast.seed=" + seed);
    Random random = new Random(seed);
    pagedRpcs()
        .forEach(
            (rpc, page) -> {
              String token = page.apply("");
              assertFalse(token.isEmpty(), rpc);
              for (String altered : altered(token, random)) {
                refused(rpc, page, altered);
              }
              // And the token itself is still good.
              String unused = page.apply(token);
            });
  }

  @Test
  void aTokenOfOneRpcIsRefusedByAllOthers() {
    Map<String, UnaryOperator<String>> rpcs = pagedRpcs();
    rpcs.forEach(
        (rpc, page) -> {
          String token = page.apply("");
          rpcs.forEach(
              (other, otherPage) -> {
                if (!other.equals(rpc)) {
                  refused(other, otherPage, token);
                }
              });
        });
  }

  private static void refused(String rpc, UnaryOperator<String> page, String token) {
    String what = rpc + " with " + token;
    StatusRuntimeException e =
        assertThrows(StatusRuntimeException.class, () -> page.apply(token), what);
    Refusal refused = Refusal.of(e);
    assertEquals("INVALID_ARGUMENT", refused.reason(), what);
    assertEquals(List.of("page_token"), refused.fields(), what);
  }

  private static List<String> altered(String token, Random random) {
    List<String> altered = new ArrayList<>();
    altered.add(token + token);
    for (int i = 0; i < token.length(); i++) {
      if (i > 0) {
        altered.add(token.substring(0, i));
        altered.add(token.substring(i));
      }
      char c;
      do {
        c = BASE64_URL.charAt(random.nextInt(BASE64_URL.length()));
      } while (c == token.charAt(i));
      altered.add(token.substring(0, i) + c + token.substring(i + 1));
      altered.add(token.substring(0, i) + c + token.substring(i));
    }
    for (int i = 0; i < 50; i++) {
      byte[] bytes = new byte[1 + random.nextInt(30)];
      random.nextBytes(bytes);
      altered.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }
    for (String position : List.of("", "0", "-1", "9223372036854775808", "x", "1 ", " a", "18")) {
      altered.add(withPlainChecksum(position));
    }
    return altered;
  }

  /** As somebody would make one who takes the checksum for that of the position. */
  private static String withPlainChecksum(String position) {
    byte[] text = position.getBytes(StandardCharsets.UTF_8);
    CRC32 crc = new CRC32();
    crc.update(text);
    byte[] bytes =
        ByteBuffer.allocate(Integer.BYTES + text.length)
            .putInt((int) crc.getValue())
            .put(text)
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Each takes a token, asks for a page with one thing on it, and returns the next token. */
  private static Map<String, UnaryOperator<String>> pagedRpcs() {
    SERVER.newRepository(1);
    RepositoryFixture ledger = RepositoryFixture.of(SERVER, 1000);
    String id = ledger.id();
    for (int i = 0; i < 3; i++) {
      ledger.reserve(Requests.slot("paged", i), 1, "");
      var put =
          SERVER
              .stubs()
              .datastore()
              .put(
                  DatastoreServicePutRequest.newBuilder()
                      .setRepositoryId(id)
                      .setKey("key-" + i)
                      .setValue(ByteString.EMPTY)
                      .build());
      assertEquals(i + 1, put.getVersion());
      var offered =
          SERVER
              .sales()
              .putOffer(
                  PutOfferRequest.newBuilder()
                      .setRepositoryId(id)
                      .setOffer(
                          Offer.newBuilder()
                              .setOfferId("offer-" + i)
                              .setMinPricePerBytePerSecond("1"))
                      .build());
      assertEquals("offer-" + i, offered.getOffer().getOfferId());
    }
    Map<String, UnaryOperator<String>> rpcs = new TreeMap<>();
    rpcs.put(
        "ListRepositories",
        token ->
            SERVER
                .repositories()
                .listRepositories(
                    ListRepositoriesRequest.newBuilder().setPageSize(1).setPageToken(token).build())
                .getNextPageToken());
    rpcs.put(
        "ListReservations",
        token ->
            SERVER
                .reservations()
                .listReservations(
                    ListReservationsRequest.newBuilder()
                        .setRepositoryId(id)
                        .setPageSize(1)
                        .setPageToken(token)
                        .build())
                .getNextPageToken());
    rpcs.put(
        "ListEvents",
        token ->
            SERVER
                .reservations()
                .listEvents(
                    ListEventsRequest.newBuilder()
                        .setRepositoryId(id)
                        .setPageSize(1)
                        .setPageToken(token)
                        .build())
                .getNextPageToken());
    rpcs.put(
        "ListOffers",
        token ->
            SERVER
                .sales()
                .listOffers(
                    ListOffersRequest.newBuilder()
                        .setRepositoryId(id)
                        .setPageSize(1)
                        .setPageToken(token)
                        .build())
                .getNextPageToken());
    rpcs.put(
        "ListKeys",
        token ->
            SERVER
                .stubs()
                .datastore()
                .listKeys(
                    DatastoreServiceListKeysRequest.newBuilder()
                        .setRepositoryId(id)
                        .setPageSize(1)
                        .setPageToken(token)
                        .build())
                .getNextPageToken());
    return rpcs;
  }
}
