package dev.holdfast.it.security;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.FutureAnswer;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.ListRepositoriesRequest;
import dev.holdfast.v1.ListRepositoriesResponse;
import dev.holdfast.v1.ReconcileHeader;
import dev.holdfast.v1.ReconcileRequest;
import dev.holdfast.v1.ReconcileResponse;
import dev.holdfast.v1.Repository;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.WatchEventsRequest;
import io.grpc.InsecureChannelCredentials;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Callers that reach some repositories only. */
class RepositoriesOfCallersTest {
  @TempDir private static Path temp;
  private static ServerProcess server;
  private static Stubs admin;
  private static Stubs europe;

  @BeforeAll
  static void start() throws Exception {
    Tokens tokens = new Tokens(temp.resolve("tokens"));
    String everywhere = tokens.add("operator", "admin");
    String limited = tokens.add("node-7", "admin", "--repository", "eu-*");
    server = ServerProcess.start(temp.resolve("data"), "--tokens-file", tokens.file().toString());
    admin = new Stubs(server.target(), InsecureChannelCredentials.create(), everywhere);
    europe = new Stubs(server.target(), InsecureChannelCredentials.create(), limited);
    for (String id : List.of("asia", "default", "eu-1", "eu-2", "us", "zz-secret")) {
      var unused = admin.repositories().createRepository(Requests.createRepository(id, 1000));
    }
  }

  @AfterAll
  static void stop() {
    admin.close();
    europe.close();
    server.close();
  }

  @Test
  void whatIsBeyondReachLooksTheSameWhetherItExistsOrNot() {
    Refusal existing =
        Refusal.expect(
            "PERMISSION_DENIED",
            () -> europe.repositories().getRepository(Requests.getRepository("us")));
    Refusal missing =
        Refusal.expect(
            "PERMISSION_DENIED",
            () -> europe.repositories().getRepository(Requests.getRepository("nowhere")));
    assertEquals(existing, missing);
    Refusal.expect(
        "PERMISSION_DENIED",
        () -> europe.repositories().createRepository(Requests.createRepository("us", 1)));
    Refusal.expect(
        "PERMISSION_DENIED",
        () -> europe.repositories().createRepository(Requests.createRepository("Not an id", 1)));
    Refusal.expect(
        "REPOSITORY_NOT_FOUND",
        () -> europe.repositories().getRepository(Requests.getRepository("eu-3")));
  }

  @Test
  void theDefaultRepositoryCountsByItsName() {
    Refusal.expect(
        "PERMISSION_DENIED", () -> europe.repositories().available(Requests.available("")));
    assertEquals(1000, admin.repositories().available(Requests.available("")).getAvailableBytes());
  }

  @Test
  void aListHasWhatTheCallerReachesAndItsTokensTellNoMore() {
    assertEquals(
        List.of("asia", "default", "eu-1", "eu-2", "us", "zz-secret"), list(admin, 2, true));
    assertEquals(List.of("eu-1", "eu-2"), list(europe, 1, false));
    assertEquals(List.of("eu-1", "eu-2"), list(europe, 100, false));
  }

  private static List<String> list(Stubs stubs, int pageSize, boolean mayNameAll) {
    List<String> ids = new ArrayList<>();
    String token = "";
    do {
      ListRepositoriesResponse page =
          stubs
              .repositories()
              .listRepositories(
                  ListRepositoriesRequest.newBuilder()
                      .setPageSize(pageSize)
                      .setPageToken(token)
                      .build());
      page.getRepositoriesList().stream().map(Repository::getRepositoryId).forEach(ids::add);
      token = page.getNextPageToken();
      String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.ISO_8859_1);
      assertTrue(mayNameAll || token.isEmpty() || text.contains("eu-"), text);
    } while (!token.isEmpty());
    return ids;
  }

  @Test
  void streamsAndBatchesAreHeldToo() throws Exception {
    Refusal.expect(
        "PERMISSION_DENIED",
        () ->
            europe
                .reservations()
                .watchEvents(WatchEventsRequest.newBuilder().setRepositoryId("us").build())
                .next());
    Refusal.expect(
        "PERMISSION_DENIED",
        () -> europe.reservations().apply(ApplyRequest.newBuilder().setRepositoryId("us").build()));
    assertEquals("PERMISSION_DENIED", reconcile("us"));
    assertEquals("EMPTY_OBSERVATION", reconcile("eu-1"));
  }

  private static String reconcile(String repositoryId) throws Exception {
    FutureAnswer<ReconcileResponse> answer = new FutureAnswer<>();
    StreamObserver<ReconcileRequest> requests =
        ReservationsServiceGrpc.newStub(europe.channel()).reconcile(answer);
    requests.onNext(
        ReconcileRequest.newBuilder()
            .setHeader(
                ReconcileHeader.newBuilder().setRepositoryId(repositoryId).setAsOfRevision(1))
            .build());
    requests.onCompleted();
    return reason(answer);
  }

  private static String reason(FutureAnswer<?> answer) throws Exception {
    try {
      answer.future().get();
      return "";
    } catch (ExecutionException e) {
      return Refusal.of((StatusRuntimeException) requireNonNull(e.getCause())).reason();
    }
  }
}
