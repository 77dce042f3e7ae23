package dev.holdfast.server.runtime.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.ledger.FaultyStore;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.NotedWatch;
import dev.holdfast.server.runtime.admin.Readiness;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Probes and gRPC health say the same. */
class HealthTest {
  private static final List<String> SERVICES = List.of("", "one", "two");

  private final NotedWatch watch = new NotedWatch();
  private final Ledger ledger = new Ledger(new FaultyStore(), () -> 1, 1, watch);
  private final Readiness readiness = new Readiness(ledger);
  private final Health health = new Health(readiness);
  private final Server server =
      InProcessServerBuilder.forName("health").addService(health.service()).build();
  private final ManagedChannel channel = InProcessChannelBuilder.forName("health").build();
  private volatile String why = "";

  @BeforeEach
  void start() throws IOException {
    server.start();
    readiness.require("disk", () -> why);
    readiness.serving();
    health.add("one");
    health.add("two");
  }

  @AfterEach
  void close() {
    health.close();
    channel.shutdownNow();
    server.shutdownNow();
  }

  private List<Iterator<HealthCheckResponse>> watchAll() {
    return SERVICES.stream()
        .map(
            service ->
                HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(60, TimeUnit.SECONDS)
                    .watch(HealthCheckRequest.newBuilder().setService(service).build()))
        .toList();
  }

  private static void told(ServingStatus status, List<Iterator<HealthCheckResponse>> watches) {
    watches.forEach(one -> assertEquals(status, one.next().getStatus()));
  }

  @Test
  void itFollowsTheReadinessForEachServiceAndOverall() {
    health.start(watch);
    List<Iterator<HealthCheckResponse>> watches = watchAll();
    told(ServingStatus.SERVING, watches);
    why = "reads fail";
    told(ServingStatus.NOT_SERVING, watches);
    assertEquals("reads fail", readiness.unready());
    why = "";
    told(ServingStatus.SERVING, watches);
    health.close();
    told(ServingStatus.NOT_SERVING, watches);
  }

  @Test
  void aConditionThatCannotBeCheckedDoesNotHold() {
    readiness.require(
        "directory",
        () -> {
          throw new IllegalStateException("no such file");
        });
    assertTrue(readiness.unready().startsWith("directory cannot be checked"), readiness::unready);
    health.start(watch);
    told(ServingStatus.NOT_SERVING, watchAll());
    readiness.draining();
    assertEquals("draining", readiness.unready());
  }
}
