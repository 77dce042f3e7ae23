package dev.holdfast.server.runtime.serving;

import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.ScheduledWork;
import dev.holdfast.server.runtime.admin.Readiness;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Serves gRPC health: the server and each service have the status of {@link Readiness}. */
final class Health implements AutoCloseable {
  private static final long PERIOD_MILLIS = 500;

  private final HealthStatusManager statuses = new HealthStatusManager();
  private final List<String> services =
      new CopyOnWriteArrayList<>(List.of(HealthStatusManager.SERVICE_NAME_ALL_SERVICES));
  private final Readiness readiness;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread created = new Thread(work, "health");
            created.setDaemon(true);
            return created;
          });

  Health(Readiness readiness) {
    this.readiness = readiness;
  }

  BindableService service() {
    return statuses.getHealthService();
  }

  void add(String service) {
    services.add(service);
  }

  /** Starts to update the status from the readiness; changes show within a second. */
  void start(LedgerListener listener) {
    update();
    var unused =
        thread.scheduleWithFixedDelay(
            ScheduledWork.guarded(this::update, listener),
            PERIOD_MILLIS,
            PERIOD_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  private void update() {
    ServingStatus status =
        readiness.unready().isEmpty() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    services.forEach(service -> statuses.setStatus(service, status));
  }

  /** Sets NOT_SERVING permanently. */
  @Override
  public void close() {
    if (!thread.isShutdown()) {
      thread.shutdownNow();
      statuses.enterTerminalState();
    }
  }
}
