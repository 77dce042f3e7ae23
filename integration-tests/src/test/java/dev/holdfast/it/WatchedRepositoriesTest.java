package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.process.Program;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.ApplyRequest;
import dev.holdfast.v1.CreateRepositoryRequest;
import dev.holdfast.v1.OperationResult;
import dev.holdfast.v1.ReleaseReason;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.WatchEventsRequest;
import dev.holdfast.v1.WatchEventsResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server of a small heap whose every repository is watched. */
class WatchedRepositoriesTest {
  private static final int REPOSITORIES = 1000;

  /** Per repository. All of them together would take more than the heap. */
  private static final int SLOTS = 125;

  private static final String HEAP = "64m";
  private static final int CALLERS = 4;

  @TempDir private Path temp;

  /** Sees every revision once. */
  private static final class Watching implements StreamObserver<WatchEventsResponse> {
    private volatile long told;
    private volatile @Nullable Throwable failure;

    @Override
    public void onNext(WatchEventsResponse message) {
      if (told != 0 && told + message.getEventsCount() != message.getRevision()) {
        failure = new AssertionError("a gap behind " + told + " before " + message.getRevision());
      }
      told = message.getRevision();
    }

    @Override
    public void onError(Throwable e) {
      failure = e;
    }

    @Override
    public void onCompleted() {}
  }

  private static ApplyRequest apply(String repository) {
    ApplyRequest.Builder apply = ApplyRequest.newBuilder().setRepositoryId(repository);
    String request = "0x" + "a".repeat(64);
    for (int i = 0; i < SLOTS; i++) {
      apply.addOperations(
          Requests.operation(
              Requests.reserveSlot("", Requests.slot(request, i), 1, "%064x".formatted(i))));
      apply.addOperations(
          Requests.operation(
              Requests.releaseSlot(
                  "",
                  Requests.slot(request, i),
                  0,
                  ReleaseReason.RELEASE_REASON_UNSPECIFIED,
                  "%064x".formatted(i + SLOTS))));
    }
    return apply.build();
  }

  @Test
  void whatIsKeptForAllOfThemIsBounded() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    try (ServerProcess server = Program.holdfast(HEAP).serve(temp.resolve("data"));
        Stubs watchers = new Stubs(server.target());
        Stubs stubs = new Stubs(server.target())) {
      List<Watching> watching = new ArrayList<>();
      List<Future<?>> created = new ArrayList<>();
      for (int i = 0; i < REPOSITORIES; i++) {
        CreateRepositoryRequest create = Requests.createRepository("watched-" + i, 1000);
        created.add(callers.submit(() -> stubs.repositories().createRepository(create)));
      }
      for (Future<?> one : created) {
        one.get(60, TimeUnit.SECONDS);
      }
      for (int i = 0; i < REPOSITORIES; i++) {
        Watching watch = new Watching();
        watching.add(watch);
        ReservationsServiceGrpc.newStub(watchers.channel())
            .watchEvents(
                WatchEventsRequest.newBuilder().setRepositoryId("watched-" + i).build(), watch);
      }
      Poll.until("all watch", () -> watching.stream().allMatch(one -> one.told == 1));
      List<Future<Boolean>> applied = new ArrayList<>();
      for (int i = 0; i < REPOSITORIES; i++) {
        ApplyRequest request = apply("watched-" + i);
        applied.add(
            callers.submit(
                () ->
                    stubs.reservations().apply(request).getResultsList().stream()
                        .noneMatch(OperationResult::hasError)));
      }
      for (Future<Boolean> one : applied) {
        assertEquals(true, one.get(60, TimeUnit.SECONDS));
      }
      Poll.until(
          "all are told",
          () ->
              watching.stream().allMatch(one -> one.told == 1 + 2 * SLOTS || one.failure != null));
      assertEquals(0, watching.stream().filter(one -> one.failure != null).count());
      assertEquals(0, server.terminate());
      assertEquals(List.of(), server.warnings());
    } finally {
      callers.shutdownNow();
    }
  }
}
