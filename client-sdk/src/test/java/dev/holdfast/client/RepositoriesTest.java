package dev.holdfast.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import dev.holdfast.client.model.Availability;
import dev.holdfast.client.model.Page;
import dev.holdfast.client.model.Repository;
import dev.holdfast.client.model.UnassignedSpace;
import dev.holdfast.client.results.Verification;
import dev.holdfast.testing.rpc.FakeServer;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.v1.AvailableResponse;
import dev.holdfast.v1.CreateRepositoryResponse;
import dev.holdfast.v1.DeleteRepositoryResponse;
import dev.holdfast.v1.GetRepositoryResponse;
import dev.holdfast.v1.ListRepositoriesRequest;
import dev.holdfast.v1.ListRepositoriesResponse;
import dev.holdfast.v1.ReleaseRequest;
import dev.holdfast.v1.ReleaseResponse;
import dev.holdfast.v1.RepositoryServiceGrpc;
import dev.holdfast.v1.ReserveRequest;
import dev.holdfast.v1.ReserveResponse;
import dev.holdfast.v1.UpdateRepositoryResponse;
import dev.holdfast.v1.VerifyProblem;
import dev.holdfast.v1.VerifyResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Words into messages and back, for every call about repositories. */
class RepositoriesTest {
  private static final dev.holdfast.v1.Repository MESSAGE =
      dev.holdfast.v1.Repository.newBuilder()
          .setRepositoryId("cold")
          .setCapacityBytes(1)
          .setReservedBytes(2)
          .setUnassignedBytes(3)
          .setAvailableBytes(4)
          .setOvercommittedBytes(5)
          .setReservationCount(6)
          .setRevision(7)
          .setCreateTime(Timestamp.newBuilder().setSeconds(8).setNanos(9))
          .setUpdateTime(Timestamp.newBuilder().setSeconds(10).setNanos(11))
          .build();
  private static final Repository REPOSITORY =
      new Repository(
          "cold", 1, 2, 3, 4, 5, 6, 7, Instant.ofEpochSecond(8, 9), Instant.ofEpochSecond(10, 11));

  private final FakeServer server = FakeServer.start();
  private final HoldfastClient client = HoldfastClient.builder(server.target()).build();
  private final Repositories repositories = client.repositories();

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void create() throws Exception {
    server.answer(
        RepositoryServiceGrpc.getCreateRepositoryMethod(),
        CreateRepositoryResponse.newBuilder().setRepository(MESSAGE).build());
    var sent = Requests.createRepository("cold", 12);
    assertAnswer(REPOSITORY, repositories.create("cold", 12), sent);
    assertAnswer(REPOSITORY, repositories.createAsync("cold", 12).join(), sent);
  }

  @Test
  void get() throws Exception {
    server.answer(
        RepositoryServiceGrpc.getGetRepositoryMethod(),
        GetRepositoryResponse.newBuilder().setRepository(MESSAGE).build());
    var sent = Requests.getRepository("cold");
    assertAnswer(REPOSITORY, repositories.get("cold"), sent);
    assertAnswer(REPOSITORY, repositories.getAsync("cold").join(), sent);
  }

  @Test
  void list() throws Exception {
    server.answer(
        RepositoryServiceGrpc.getListRepositoriesMethod(),
        ListRepositoriesResponse.newBuilder()
            .addRepositories(MESSAGE)
            .setNextPageToken("more")
            .build());
    var sent = ListRepositoriesRequest.newBuilder().setPageSize(12).setPageToken("t").build();
    var page = new Page<>(List.of(REPOSITORY), "more");
    assertAnswer(page, repositories.list(12, "t"), sent);
    assertAnswer(page, repositories.listAsync(12, "t").join(), sent);
  }

  @Test
  void listAllFetchesAPageWhenItIsWanted() throws Exception {
    server.on(
        RepositoryServiceGrpc.getListRepositoriesMethod(),
        (request, answer) -> {
          var response = ListRepositoriesResponse.newBuilder();
          switch (request.getPageToken()) {
            case "" -> response.addRepositories(MESSAGE).setNextPageToken("empty");
            case "empty" -> response.setNextPageToken("last");
            default -> response.addRepositories(MESSAGE.toBuilder().setRepositoryId("warm"));
          }
          FakeServer.complete(answer, response.build());
        });
    var iterator = repositories.listAll().iterator();
    assertEquals(0, server.attempts().size());
    assertEquals("cold", iterator.next().repositoryId());
    assertEquals(1, server.attempts().size());
    assertEquals("warm", iterator.next().repositoryId());
    assertEquals(false, iterator.hasNext());

    List<String> tokens = new ArrayList<>();
    server
        .attempts()
        .forEach(a -> tokens.add(((ListRepositoriesRequest) a.request()).getPageToken()));
    assertEquals(List.of("", "empty", "last"), tokens);
    assertEquals(
        List.of("cold", "warm"), repositories.listAll().map(Repository::repositoryId).toList());
  }

  @Test
  void update() throws Exception {
    server.answer(
        RepositoryServiceGrpc.getUpdateRepositoryMethod(),
        UpdateRepositoryResponse.newBuilder().setRepository(MESSAGE).build());
    // 0 is a capacity like others, so it has to be on the wire.
    var sent = Requests.updateRepository("cold", 0);
    assertAnswer(REPOSITORY, repositories.update("cold", 0), sent);
    assertAnswer(REPOSITORY, repositories.updateAsync("cold", 0).join(), sent);
  }

  @Test
  void delete() throws Exception {
    server.answer(
        RepositoryServiceGrpc.getDeleteRepositoryMethod(),
        DeleteRepositoryResponse.getDefaultInstance());
    var sent = Requests.deleteRepository("cold");
    repositories.delete("cold");
    assertEquals(sent, server.next().request());
    assertNull(repositories.deleteAsync("cold").join());
    assertEquals(sent, server.next().request());
  }

  @Test
  void available() throws Exception {
    server.answer(
        RepositoryServiceGrpc.getAvailableMethod(),
        AvailableResponse.newBuilder()
            .setAvailableBytes(1)
            .setCapacityBytes(2)
            .setReservedBytes(3)
            .setUnassignedBytes(4)
            .setRevision(5)
            .build());
    var sent = Requests.available("cold");
    var availability = new Availability(1, 2, 3, 4, 5);
    assertAnswer(availability, repositories.available("cold"), sent);
    assertAnswer(availability, repositories.availableAsync("cold").join(), sent);
  }

  @Test
  void reserve() throws Exception {
    server.answer(
        RepositoryServiceGrpc.getReserveMethod(),
        ReserveResponse.newBuilder()
            .setAvailableBytes(1)
            .setUnassignedBytes(2)
            .setRevision(3)
            .build());
    var sent = Requests.reserve("cold", 12, "mine");
    var left = new UnassignedSpace(1, 2, 3);
    assertAnswer(left, repositories.reserve("cold", 12, "mine"), sent);
    assertAnswer(left, repositories.reserveAsync("cold", 12, "mine").join(), sent);

    assertEquals(left, repositories.reserve("cold", 12));
    assertEquals(left, repositories.reserveAsync("cold", 12).join());
    String first = ((ReserveRequest) server.next().request()).getOperationId();
    String second = ((ReserveRequest) server.next().request()).getOperationId();
    OperationIdsTest.assertVersion7(first);
    OperationIdsTest.assertVersion7(second);
    assertNotEquals(first, second);
    assertThrows(IllegalArgumentException.class, () -> repositories.reserve("cold", 12, ""));
  }

  @Test
  void release() throws Exception {
    server.answer(
        RepositoryServiceGrpc.getReleaseMethod(),
        ReleaseResponse.newBuilder()
            .setAvailableBytes(1)
            .setUnassignedBytes(2)
            .setRevision(3)
            .build());
    var sent = Requests.release("cold", 12, "mine");
    var left = new UnassignedSpace(1, 2, 3);
    assertAnswer(left, repositories.release("cold", 12, "mine"), sent);
    assertAnswer(left, repositories.releaseAsync("cold", 12, "mine").join(), sent);

    assertEquals(left, repositories.release("cold", 12));
    assertEquals(left, repositories.releaseAsync("cold", 12).join());
    String first = ((ReleaseRequest) server.next().request()).getOperationId();
    String second = ((ReleaseRequest) server.next().request()).getOperationId();
    OperationIdsTest.assertVersion7(first);
    OperationIdsTest.assertVersion7(second);
    assertNotEquals(first, second);
    assertThrows(IllegalArgumentException.class, () -> repositories.release("cold", 12, ""));
  }

  @Test
  void verify() throws Exception {
    server.answer(
        RepositoryServiceGrpc.getVerifyMethod(),
        VerifyResponse.newBuilder()
            .setConsistent(true)
            .setRecordedBytes(1)
            .setCountedBytes(2)
            .setReservationCount(3)
            .setRevision(4)
            .addProblems(
                VerifyProblem.newBuilder()
                    .setSubject("reserved_bytes")
                    .setRecorded(5)
                    .setCounted(6))
            .build());
    var sent = Requests.verify("cold");
    var verification =
        new Verification(
            true, 1, 2, 3, 4, List.of(new Verification.Problem("reserved_bytes", 5, 6)));
    assertAnswer(verification, repositories.verify("cold"), sent);
    assertAnswer(verification, repositories.verifyAsync("cold").join(), sent);
  }

  private void assertAnswer(Object expected, @Nullable Object answered, Message sent)
      throws InterruptedException {
    assertEquals(expected, answered);
    assertEquals(sent, server.next().request());
  }
}
