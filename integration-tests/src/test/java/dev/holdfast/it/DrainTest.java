package dev.holdfast.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.holdfast.testing.Poll;
import dev.holdfast.testing.process.ServerProcess;
import dev.holdfast.testing.rpc.Refusal;
import dev.holdfast.testing.rpc.Requests;
import dev.holdfast.testing.rpc.Stubs;
import dev.holdfast.v1.AvailableRequest;
import dev.holdfast.v1.DatastoreServicePutRequest;
import dev.holdfast.v1.ReservationsServiceGrpc;
import dev.holdfast.v1.ReserveSlotRequest;
import dev.holdfast.v1.ReserveSlotResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM: what was accepted is answered, what comes later is not, and the exit code is 0. */
class DrainTest {
  @TempDir private Path temp;

  @Test
  void whatWasAcceptedIsAnsweredAndDurable() throws Exception {
    Path dataDir = temp.resolve("data");
    ReserveSlotRequest request = Requests.reserveSlot("", Requests.slot("drain", 0), 10, "");
    try (ServerProcess server =
            ServerProcess.start(dataDir, "--capacity", "1000", "--admin-listen", "127.0.0.1:0");
        Stubs stubs = new Stubs(server.target())) {
      int port = server.adminPort();
      assertEquals(200, Http.get(port, "/readyz").statusCode());
      ListenableFuture<ReserveSlotResponse> accepted =
          StoreLock.during(
              dataDir,
              () -> {
                var waiting =
                    ReservationsServiceGrpc.newFutureStub(stubs.channel()).reserveSlot(request);
                // Answered over the same connection, so the reserve before it was read.
                assertEquals(1000, available(stubs));
                server.signalTerm();
                Poll.until("it drains", () -> Http.get(port, "/readyz").statusCode() == 503);
                assertEquals("draining\n", Http.get(port, "/readyz").body());
                assertEquals(200, Http.get(port, "/livez").statusCode(), "it lives to the end");
                refusedWhileDraining(stubs);
                return waiting;
              });
      assertEquals(10, accepted.get(60, TimeUnit.SECONDS).getReservation().getAmountBytes());
      assertEquals(0, server.awaitExit());
      assertTrue(server.log().contains("stopped"), server.log());
    }
    try (ServerProcess next = ServerProcess.start(dataDir);
        Stubs stubs = new Stubs(next.target())) {
      var answer =
          stubs.reservations().getReservation(Requests.getReservation("", request.getSlot()));
      assertEquals(10, answer.getReservation().getAmountBytes());
      assertEquals(0, next.terminate());
    }
  }

  /** By the server with its reason, or by a transport that takes no new calls. */
  private static void refusedWhileDraining(Stubs stubs) {
    StatusRuntimeException e = assertThrows(StatusRuntimeException.class, () -> available(stubs));
    assertEquals(Status.Code.UNAVAILABLE, e.getStatus().getCode(), e.toString());
    com.google.rpc.Status status = StatusProto.fromThrowable(e);
    if (status != null && status.getDetailsCount() > 0) {
      assertEquals("DRAINING", Refusal.of(e).reason());
    }
  }

  @Test
  void healthIsToldAndAWatchOfItEnds() throws Exception {
    try (ServerProcess server = ServerProcess.start(temp.resolve("data"));
        Stubs stubs = new Stubs(server.target())) {
      var health = HealthGrpc.newBlockingStub(stubs.channel());
      for (String service :
          new String[] {"", "holdfast.v1.RepositoryService", "holdfast.v1.ReservationsService"}) {
        HealthCheckRequest check = HealthCheckRequest.newBuilder().setService(service).build();
        assertEquals(ServingStatus.SERVING, health.check(check).getStatus(), service);
      }
      StatusRuntimeException unknown =
          assertThrows(
              StatusRuntimeException.class,
              () -> health.check(HealthCheckRequest.newBuilder().setService("other").build()));
      assertEquals(Status.Code.NOT_FOUND, unknown.getStatus().getCode());

      Iterator<HealthCheckResponse> watch =
          health.watch(
              HealthCheckRequest.newBuilder()
                  .setService("holdfast.v1.ReservationsService")
                  .build());
      assertEquals(ServingStatus.SERVING, watch.next().getStatus());
      server.signalTerm();
      assertEquals(ServingStatus.NOT_SERVING, watch.next().getStatus());
      // It ends by itself, or whoever watches would keep the server until it cuts everybody off.
      StatusRuntimeException end = assertThrows(StatusRuntimeException.class, watch::next);
      assertEquals("DRAINING", Refusal.of(end).reason());
      assertEquals(0, server.awaitExit());
    }
  }

  @Test
  void aSilentPeerHoldsNoDrainUp() throws Exception {
    try (ServerProcess server = ServerProcess.start(temp.resolve("data"), "--capacity", "1000");
        Stubs stubs = new Stubs(server.target());
        Http2Socket silent = new Http2Socket(server.target())) {
      // The server has its preface when it has sent settings of its own.
      assertEquals(Http2Socket.SETTINGS, silent.read().type());
      assertEquals(1000, available(stubs));
      assertEquals(0, server.terminate());
      assertNothingWasCutOff(server);
    }
  }

  @Test
  void aRefusedRequestThatIsTooLargeHoldsNoDrainUp() throws Exception {
    try (ServerProcess server = ServerProcess.start(temp.resolve("data"), "--capacity", "1000");
        Stubs stubs = new Stubs(server.target())) {
      DatastoreServicePutRequest large =
          DatastoreServicePutRequest.newBuilder()
              .setKey("large")
              .setValue(ByteString.copyFrom(new byte[17 << 20]))
              .build();
      assertThrows(StatusRuntimeException.class, () -> stubs.datastore().put(large));
      assertEquals(1000, available(stubs));
      assertEquals(0, server.terminate());
      assertNothingWasCutOff(server);
    }
  }

  /** Nothing was under way, so the server did not have to wait until the drain took too long. */
  private static void assertNothingWasCutOff(ServerProcess server) throws IOException {
    assertFalse(server.log().contains("cuts off"), server.log());
  }

  private static long available(Stubs stubs) {
    return stubs
        .repositories()
        .available(AvailableRequest.getDefaultInstance())
        .getAvailableBytes();
  }
}
