package dev.holdfast.server.runtime.serving;

import dev.holdfast.server.api.Services;
import dev.holdfast.server.api.calls.PendingResponses;
import dev.holdfast.server.api.calls.ReadExecutors;
import dev.holdfast.server.api.wire.RequestWorkers;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerClock;
import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.SteadyClock;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.Rejection;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.runtime.admin.AdminHandler;
import dev.holdfast.server.runtime.admin.AdminServer;
import dev.holdfast.server.runtime.admin.Probe;
import dev.holdfast.server.runtime.admin.Readiness;
import dev.holdfast.server.runtime.engine.CloseStack;
import dev.holdfast.server.runtime.engine.Engine;
import dev.holdfast.server.runtime.engine.StartException;
import dev.holdfast.server.runtime.engine.StoreLocation;
import dev.holdfast.server.runtime.metrics.ServerMetrics;
import dev.holdfast.server.runtime.network.Addresses;
import dev.holdfast.server.runtime.network.NetworkLimits;
import dev.holdfast.server.runtime.page.PageHandler;
import dev.holdfast.server.runtime.security.AdminAccess;
import dev.holdfast.server.runtime.security.Security;
import dev.holdfast.server.runtime.tracing.Tracing;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server. Wires its parts together and closes them in the right order. */
public final class HoldfastServer {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast");

  private static final String DEFAULT_REPOSITORY = "default";

  /**
   * Maximum number of waiting changes. On a slow disk that is a few seconds of work, as long as
   * callers wait; in memory it is some ten megabytes.
   */
  private static final int MAX_WAITING_CHANGES = 65_536;

  /** Maximum bytes of answers that wait for clients to read them. */
  private static final long MAX_UNSENT_BYTES = 64L * 1024 * 1024;

  private final CloseStack opened;
  private final GrpcServer grpc;

  /**
   * Settings of a server.
   *
   * @param listen gRPC address
   * @param adminListen address of the HTTP probes; null for none
   * @param store where the store is
   * @param capacityBytes capacity of the repository {@code default} if it is created; null to
   *     create none
   * @param retention minimum time for which operation ids, histories and events are kept
   * @param security how connections are encrypted and callers authenticated
   * @param metrics measures this server, and no other
   * @param tracing sends spans; null for none
   */
  public record Settings(
      InetSocketAddress listen,
      @Nullable InetSocketAddress adminListen,
      StoreLocation store,
      @Nullable Long capacityBytes,
      Duration retention,
      Security security,
      ServerMetrics metrics,
      @Nullable Tracing tracing) {}

  private HoldfastServer(CloseStack opened, GrpcServer grpc) {
    this.opened = opened;
    this.grpc = grpc;
  }

  /**
   * Starts a server; it serves when this method returns.
   *
   * @throws StartException if the server cannot start
   */
  public static HoldfastServer start(Settings settings) {
    return start(settings, new SteadyClock());
  }

  /** Starts a server with a clock that a test controls. */
  static HoldfastServer start(Settings settings, LedgerClock clock) {
    CloseStack opened = new CloseStack();
    try {
      return start(settings, clock, opened);
    } catch (IOException | RuntimeException e) {
      StartException failure = settings.store().failure(e);
      opened.closeAfter(failure);
      throw failure;
    }
  }

  private static HoldfastServer start(
      Settings settings, LedgerClock processClock, CloseStack opened) throws IOException {
    Engine engine = opened.add(settings.store().open(processClock));
    ServerMetrics metrics = settings.metrics();
    LedgerListener listener = metrics.listener(new LoggingListener());
    EventLoops eventLoops = opened.add(new EventLoops());
    RequestWorkers workers = opened.add(new RequestWorkers(listener::failed));
    Ledger ledger = new Ledger(engine.store(), engine.clock(), MAX_WAITING_CHANGES, listener);
    // Without the admin port, nobody reads metrics, so calls and commits are not measured.
    boolean measured = settings.adminListen() != null;
    if (measured) {
      metrics.measure(ledger);
      engine.measure(metrics);
    }
    Tracing tracing = settings.tracing();
    if (tracing != null) {
      opened.add(tracing);
      ledger.measureWith(tracing.meter(metrics.meter()));
    }
    ledger.start();
    opened.add(ledger);
    giveGrace(ledger, engine);
    if (settings.capacityBytes() != null) {
      createDefault(ledger, settings.capacityBytes());
    }
    ReadExecutors readers = opened.add(new ReadExecutors(engine.readers()));
    BackgroundTasks tasks =
        opened.add(
            new BackgroundTasks(ledger, settings.retention(), engine.upkeep(ledger), listener));
    Readiness readiness = new Readiness(ledger);
    metrics.measure(readiness);
    metrics.measureWatchers(Services.WATCH_METHOD);
    if (settings.security().tls() != null) {
      metrics
          .tasks()
          .certificate(() -> Objects.requireNonNull(settings.security().tls()).expires());
    }
    if (settings.adminListen() != null) {
      AdminAccess access =
          new AdminAccess(
              settings.security(),
              settings.adminListen().getAddress().isLoopbackAddress(),
              metrics::countUnauthenticated);
      PageHandler page =
          new PageHandler(ledger.reads(), ledger::run, access, InstantSource.system());
      AdminServer admin =
          opened.add(
              listenForAdmin(
                  settings.adminListen(),
                  readiness,
                  List.of(access.guardedMetrics(metrics.handler()), page),
                  settings.security()));
      LOG.info(
          "serving the page, /metrics, /livez and /readyz on {}://{}",
          settings.security().tls() == null ? "http" : "https",
          admin.address());
    }
    PendingResponses responses = new PendingResponses(MAX_UNSENT_BYTES, System::nanoTime);
    GrpcServer grpc =
        opened.add(
            GrpcServer.start(
                settings.listen(),
                eventLoops,
                Services.on(
                    ledger,
                    readers,
                    () -> workers.currentExecutor(eventLoops::current),
                    listener,
                    responses),
                workers,
                NetworkLimits.DEFAULT,
                readiness,
                responses,
                settings.security(),
                measured ? metrics : null,
                tracing,
                listener));
    tasks.start(
        () -> {
          settings.security().poll();
          grpc.endDeniedStreams();
        },
        () -> {
          if (measured) {
            metrics.countStates(ledger);
          }
        });
    engine.serving(grpc.address());
    StartReport.log(ledger.reads(), settings.retention());
    LOG.info(
        "holdfast {}: serving gRPC on {} ({}); store in {}",
        Version.number(),
        grpc.address(),
        settings.security().describe(),
        engine.location());
    return new HoldfastServer(opened, grpc);
  }

  /**
   * Gives all leases their grace. On a full disk the grace is deferred: it precedes the first
   * change that fits.
   */
  private static void giveGrace(Ledger ledger, Engine engine) {
    try {
      ledger.giveGrace();
    } catch (StoreException e) {
      if (!engine.isFull(e)) {
        throw e;
      }
    }
  }

  private static AdminServer listenForAdmin(
      InetSocketAddress address,
      Readiness readiness,
      List<AdminHandler> handlers,
      Security security) {
    try {
      return new AdminServer(
          address,
          List.of(Probe.liveness(), Probe.readiness(readiness)),
          handlers,
          security.adminTransport());
    } catch (IOException e) {
      throw new StartException(
          "cannot listen on "
              + Addresses.hostPort(address)
              + " for --admin-listen: "
              + e.getMessage()
              + "; use another address, or 'off'",
          e);
    }
  }

  /**
   * Creates the default repository if it is missing. An existing one is only read, which works on a
   * full disk.
   */
  private static void createDefault(Ledger ledger, long capacityBytes) {
    Repository existing = ledger.reads().repository(DEFAULT_REPOSITORY);
    if (existing == null) {
      Outcome outcome = ledger.run(new CreateRepository(DEFAULT_REPOSITORY, capacityBytes));
      if (outcome instanceof Outcome.RepositoryDone) {
        LOG.info(
            "created repository {} with a capacity of {} bytes", DEFAULT_REPOSITORY, capacityBytes);
      } else if (outcome instanceof Rejection rejection
          && rejection.reason() == Rejection.Reason.REPOSITORY_ALREADY_EXISTS) {
        LOG.info("another server created repository {} meanwhile", DEFAULT_REPOSITORY);
      } else {
        throw new StartException("cannot create repository " + DEFAULT_REPOSITORY + ": " + outcome);
      }
    } else if (existing.capacityBytes() != capacityBytes) {
      LOG.warn(
          "repository {} keeps its capacity of {} bytes; ignoring --capacity {}. Call"
              + " UpdateRepository to change it",
          DEFAULT_REPOSITORY,
          existing.capacityBytes(),
          capacityBytes);
    }
  }

  /** Returns the gRPC address as {@code HOST:PORT}, with the real port. */
  public String address() {
    return grpc.address();
  }

  /** Waits until the server was drained. */
  public void awaitEnd() throws InterruptedException {
    grpc.awaitEnd();
  }

  /**
   * Completes accepted calls, accepts no new ones, and closes everything.
   *
   * @return whether all of that succeeded
   */
  public boolean drain() {
    LOG.info("draining");
    try {
      opened.closeAll();
      LOG.info("stopped");
      return true;
    } catch (Exception e) {
      LOG.error("stopped with a failure", e);
      return false;
    }
  }
}
