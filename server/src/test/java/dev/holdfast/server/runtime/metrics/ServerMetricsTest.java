package dev.holdfast.server.runtime.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.testing.Poll;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.ApplyResponse;
import dev.holdfast.v1.ErrorReason;
import dev.holdfast.v1.Slot;
import dev.holdfast.v1.WatchEventsRequest;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.stub.ClientCalls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics tell what calls did. */
class ServerMetricsTest {
  private static final Slot SLOT = Requests.slot("request", 0);
  private static final String RESERVE = "holdfast.v1.ReservationsService/ReserveSlot";

  @TempDir private static Path directory = Path.of("");
  private static MeasuredServer server = new MeasuredServer();
  private static Stubs stubs = new Stubs("127.0.0.1:1");
  private static int tests;

  /** The repository of this test. */
  private final String repositoryId = "r" + tests++;

  private String before = "";

  @BeforeAll
  static void start() throws Exception {
    server = MeasuredServer.start(directory.resolve("data"), Duration.ofDays(7));
    stubs.close();
    stubs = new Stubs(server.address());
    server.awaitSeries("holdfast_repository_reservations");
  }

  @AfterAll
  static void close() {
    stubs.close();
    server.close();
  }

  @BeforeEach
  void createRepository() {
    var unused =
        stubs.repositories().createRepository(Requests.createRepository(repositoryId, 1L << 40));
    before = server.scrape();
  }

  private void reserve(Slot slot, long bytes, String operationId) {
    var unused =
        stubs
            .reservations()
            .reserveSlot(Requests.reserveSlot(repositoryId, slot, bytes, operationId));
  }

  /** Returns by how much a series grew in this test. */
  private double gained(String series) {
    return server.value(series) - MeasuredServer.value(before, series);
  }

  /** Waits until a series grew so much: a call is counted shortly after its client was answered. */
  private void gains(double expected, String series) throws Exception {
    Poll.until(series + " gains " + expected, () -> gained(series) == expected);
  }

  @Test
  void changesShowInTheBooks() {
    reserve(SLOT, 10, "a");
    reserve(Requests.slot("request", 1), 20, "b");
    var filled = stubs.reservations().fillSlot(Requests.fillSlot(repositoryId, SLOT, 0, "c"));
    assertTrue(filled.hasReservation());
    String repository = "{repository=\"" + repositoryId + "\"}";
    assertEquals(1L << 40, server.value("holdfast_repository_capacity_bytes" + repository));
    assertEquals(30, server.value("holdfast_repository_reserved_bytes" + repository));
    assertEquals((1L << 40) - 30, server.value("holdfast_repository_available_bytes" + repository));
    String reservations =
        "holdfast_repository_reservations{repository=\"" + repositoryId + "\",state=";
    assertEquals(1, server.value(reservations + "\"reserved\"}"));
    assertEquals(1, server.value(reservations + "\"filled\"}"));
    assertEquals(3, gained("holdfast_events_total"));
    assertEquals(3, gained("holdfast_commit_duration_seconds_count"));
    assertEquals(3, gained("holdfast_commit_sync_duration_seconds_count"));
    assertEquals(3, gained("holdfast_batch_commands_sum"));
    assertEquals(3, gained("holdfast_queue_wait_seconds_count"));
    assertEquals(2, gained("holdfast_memtable_entries"));
    assertTrue(
        server.value("holdfast_commit_sync_duration_seconds_sum")
            <= server.value("holdfast_commit_duration_seconds_sum"));
    assertTrue(server.value("holdfast_store_bytes") > 0);
    assertTrue(server.value("holdfast_wal_bytes") > 0);
    assertTrue(server.value("holdfast_filesystem_free_bytes") > 0);
    assertEquals(1, server.value("holdfast_build_info{version=\"1.2.3\"}"));
  }

  @Test
  void callsCountByMethodStatusAndReason() throws Exception {
    reserve(SLOT, 10, "a");
    reserve(SLOT, 10, "a");
    assertThrows(StatusRuntimeException.class, () -> reserve(SLOT, 10, "b"));
    assertThrows(StatusRuntimeException.class, () -> reserve(SLOT, -1, "c"));
    String calls = "grpc_server_call_duration_seconds_count{grpc_method=\"" + RESERVE + "\",";
    gains(2, calls + "grpc_status=\"OK\"}");
    gains(1, calls + "grpc_status=\"ALREADY_EXISTS\"}");
    gains(4, "grpc_server_call_started_total{grpc_method=\"" + RESERVE + "\"}");
    gains(1, "holdfast_refusals_total{reason=\"SLOT_ALREADY_RESERVED\"}");
    gains(1, "holdfast_refusals_total{reason=\"INVALID_ARGUMENT\"}");
    gains(1, "holdfast_call_results_total{grpc_status=\"INVALID_ARGUMENT\"}");
    assertEquals(1, gained("holdfast_operations_replayed_total"));
    assertEquals(1, server.value("holdfast_connections_open"));
  }

  @Test
  void refusedStepsOfAnApplyCount() {
    reserve(SLOT, 10, "a");
    ApplyResponse response =
        stubs
            .reservations()
            .apply(
                Requests.apply(
                    repositoryId,
                    false,
                    List.of(
                        Requests.operation(Requests.reserveSlot(repositoryId, SLOT, 1, "b")),
                        Requests.operation(
                            Requests.reserveSlot(repositoryId, Requests.slot("r", 1), 1, "c")))));
    assertEquals(2, response.getResultsCount());
    assertEquals(1, gained("holdfast_refusals_total{reason=\"SLOT_ALREADY_RESERVED\"}"));
  }

  @Test
  void unknownMethodsShareOneSeries() throws Exception {
    for (String name : new String[] {"x.Y/A", "x.Y/B", "holdfast.v1.RepositoryService/Nothing"}) {
      MethodDescriptor<HealthCheckRequest, HealthCheckRequest> method =
          MethodDescriptor.<HealthCheckRequest, HealthCheckRequest>newBuilder()
              .setType(MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(name)
              .setRequestMarshaller(
                  io.grpc.protobuf.ProtoUtils.marshaller(HealthCheckRequest.getDefaultInstance()))
              .setResponseMarshaller(
                  io.grpc.protobuf.ProtoUtils.marshaller(HealthCheckRequest.getDefaultInstance()))
              .build();
      StatusRuntimeException refused =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  ClientCalls.blockingUnaryCall(
                      stubs.channel(),
                      method,
                      CallOptions.DEFAULT,
                      HealthCheckRequest.getDefaultInstance()));
      assertEquals(Status.Code.UNIMPLEMENTED, refused.getStatus().getCode());
    }
    gains(3, "grpc_server_call_started_total{grpc_method=\"other\"}");
    gains(3, "holdfast_call_results_total{grpc_status=\"UNIMPLEMENTED\"}");
    assertFalse(server.scrape().contains("x.Y"));
  }

  @Test
  void watchersCountWhileTheyWatch() throws Exception {
    try (Context.CancellableContext watching = Context.current().withCancellation()) {
      watching.run(
          () ->
              stubs
                  .reservations()
                  .watchEvents(
                      WatchEventsRequest.newBuilder().setRepositoryId(repositoryId).build())
                  .next());
      gains(1, "holdfast_watchers");
    }
    gains(0, "holdfast_watchers");
  }

  @Test
  void everyReasonOfTheContractAndEveryStatusStartsAtZero() {
    String start = MeasuredServer.atStart();
    Set<String> missing = new HashSet<>();
    for (ErrorReason reason : ErrorReason.values()) {
      String name = reason.name().replace("ERROR_REASON_", "");
      if (reason != ErrorReason.UNRECOGNIZED
          && reason.getNumber() != 0
          && !start.contains("holdfast_refusals_total{reason=\"" + name + "\"} 0")) {
        missing.add(name);
      }
    }
    for (Status.Code code : Status.Code.values()) {
      if (!start.contains("holdfast_call_results_total{grpc_status=\"" + code.name() + "\"} 0")) {
        missing.add(code.name());
      }
    }
    assertEquals(Set.of(), missing);
  }

  @Test
  void aReloadThatFailedIsToldUntilOneSucceeds() {
    String ok = "holdfast_last_reload_ok{task=";
    assertEquals(1, server.value(ok + "\"tls_reload\"}"));
    assertEquals(1, server.value(ok + "\"token_reload\"}"));
    TaskMetrics tasks = server.metrics().tasks();
    tasks.tokenReload().failure();
    assertEquals(0, server.value(ok + "\"token_reload\"}"));
    assertEquals(1, server.value(ok + "\"tls_reload\"}"));
    tasks.tokenReload().success();
    assertEquals(1, server.value(ok + "\"token_reload\"}"));
  }

  @Test
  void verificationsAndReloadsAreDated() {
    String last = "holdfast_last_success_timestamp_seconds{task=";
    var unused = stubs.repositories().verify(Requests.verify(repositoryId));
    assertTrue(server.value(last + "\"verify\"}") > 1e9);
    assertEquals(0, server.value("holdfast_verify_problems"));
    TaskMetrics tasks = server.metrics().tasks();
    tasks.verified("a", 3);
    tasks.verified("b", 2);
    assertEquals(5, server.value("holdfast_verify_problems"));
    tasks.verified("a", 0);
    assertEquals(2, server.value("holdfast_verify_problems"));
    tasks.tlsReload().failure();
    assertEquals(0, server.value(last + "\"tls_reload\"}"));
    tasks.tlsReload().success();
    assertTrue(server.value(last + "\"tls_reload\"}") > 1e9);
    assertEquals(1, server.value("holdfast_tasks_total{result=\"failure\",task=\"tls_reload\"}"));
    tasks.backups(() -> 12.5);
    assertEquals(12.5, server.value(last + "\"backup\"}"));
  }
}
