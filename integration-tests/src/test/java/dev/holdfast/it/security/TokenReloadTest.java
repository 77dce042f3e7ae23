package dev.holdfast.it.security;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.FutureAnswer;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.WatchEventsRequest;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.InsecureChannelCredentials;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Changes of the tokens file under a running server. */
class TokenReloadTest {
  @TempDir private Path temp;
  private Tokens tokens;
  private String first;
  private ServerProcess server;

  @BeforeEach
  void start() throws Exception {
    tokens = new Tokens(temp.resolve("tokens"));
    first = tokens.add("node-7", "writer");
    server =
        ServerProcess.start(
            temp.resolve("data"), "--capacity", "1TiB", "--tokens-file", tokens.file().toString());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Stubs caller(String token) {
    return new Stubs(server.target(), InsecureChannelCredentials.create(), token);
  }

  private static String reason(Stubs stubs) {
    try {
      var unused = stubs.repositories().available(Requests.available(""));
      return "";
    } catch (StatusRuntimeException e) {
      return Refusal.of(e).reason();
    }
  }

  @Test
  void aTokenIsReplacedWithoutARefusedCall() throws Exception {
    try (Stubs old = caller(first)) {
      String second = tokens.add("node-7", "writer");
      try (Stubs next = caller(second)) {
        Poll.until("the new one holds", () -> reason(next).isEmpty());
        assertEquals("", reason(old));
        String id = tokenId(first);
        tokens.revoke(id);
        Poll.until("the old one is refused", () -> reason(old).equals("UNAUTHENTICATED"));
        assertEquals("", reason(next));
      }
      assertSecretsAreNowhere(first, second);
    }
  }

  private String tokenId(String secret) throws Exception {
    // The id of the only token before the second was added is the first in the file.
    String line =
        Files.readAllLines(tokens.file()).stream()
            .filter(text -> text.startsWith("name="))
            .findFirst()
            .orElseThrow();
    assertFalse(line.contains(secret));
    int hash = line.indexOf("sha256=") + "sha256=".length();
    return "node-7#" + line.substring(hash, hash + 8);
  }

  @Test
  void aRevokedTokenEndsItsWatches() throws Exception {
    try (Stubs node = caller(first)) {
      Iterator<WatchEventsResponse> watch =
          node.reservations()
              .watchEvents(WatchEventsRequest.newBuilder().setRepositoryId("default").build());
      watch.next();
      tokens.revoke("node-7");
      Refusal.expect(
          "UNAUTHENTICATED",
          () -> {
            while (true) {
              watch.next();
            }
          });
    }
  }

  @Test
  void aRevokedTokenCannotCompleteAReconcile() throws Exception {
    try (Stubs node = caller(first)) {
      var unused =
          node.reservations()
              .reserveSlot(Requests.reserveSlot("", Requests.slot("request", 0), 1, "op"));
      FutureAnswer<ReconcileResponse> answer = new FutureAnswer<>();
      StreamObserver<ReconcileRequest> requests =
          ReservationsServiceGrpc.newStub(node.channel()).reconcile(answer);
      requests.onNext(
          ReconcileRequest.newBuilder()
              .setHeader(
                  ReconcileHeader.newBuilder()
                      .setAsOfRevision(2)
                      .setAllowEmpty(true)
                      .setReleaseAttempts(true))
              .build());
      tokens.revoke("node-7");
      Throwable end =
          assertThrows(ExecutionException.class, () -> answer.future().get(30, TimeUnit.SECONDS))
              .getCause();
      assertEquals("UNAUTHENTICATED", Refusal.reasonOf(requireNonNull(end)));
    }
    String next = tokens.add("node-8", "reader");
    try (Stubs reader = caller(next)) {
      Poll.until("the new one holds", () -> reason(reader).isEmpty());
      assertEquals(
          1,
          reader
              .repositories()
              .getRepository(Requests.getRepository("default"))
              .getRepository()
              .getReservationCount());
    }
  }

  @Test
  void aTokenThatExpiresEndsItsWatches() throws Exception {
    String brief = tokens.add("visitor", "reader", "--expires", "6s");
    try (Stubs visitor = caller(brief)) {
      Poll.until("the new one holds", () -> reason(visitor).isEmpty());
      Iterator<WatchEventsResponse> watch =
          visitor
              .reservations()
              .watchEvents(WatchEventsRequest.newBuilder().setRepositoryId("default").build());
      watch.next();
      Refusal.expect(
          "UNAUTHENTICATED",
          () -> {
            while (true) {
              watch.next();
            }
          });
      assertEquals("UNAUTHENTICATED", reason(visitor));
    }
  }

  @Test
  void aMalformedFileLeavesTheLastGoodOne() throws Exception {
    try (Stubs node = caller(first)) {
      String good = Files.readString(tokens.file());
      Files.writeString(tokens.file(), good + "name=x role=root repositories=* sha256=" + first);
      Poll.until("it is told", () -> server.log().contains("invalid"));
      assertEquals("", reason(node));
      String warnings = String.join("\n", server.warnings());
      assertTrue(warnings.contains(tokens.file() + ":3: 'root' is not a role"), warnings);
      Files.delete(tokens.file());
      Poll.until("it is told", () -> server.log().contains("does not exist"));
      assertEquals("", reason(node));
      Files.writeString(tokens.file(), good);
      String second = tokens.add("other", "reader");
      try (Stubs other = caller(second)) {
        Poll.until("it is read again", () -> reason(other).isEmpty());
      }
      assertEquals(2, server.warnings().stream().filter(l -> l.contains("invalid")).count());
      assertSecretsAreNowhere(first, second);
    }
  }

  private void assertSecretsAreNowhere(String... secrets) throws Exception {
    try (var files = Files.walk(temp)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        for (String secret : secrets) {
          assertFalse(text.contains(secret), file.toString());
        }
      }
    }
    for (String secret : secrets) {
      assertFalse(server.log().contains(secret));
    }
  }
}
