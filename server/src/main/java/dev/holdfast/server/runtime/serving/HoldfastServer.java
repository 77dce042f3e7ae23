package dev.holdfast.server.runtime.serving;

import dev.holdfast.server.api.Services;
import dev.holdfast.server.api.calls.PendingResponses;
import dev.holdfast.server.api.calls.ReadExecutors;
import dev.holdfast.server.api.wire.RequestWorkers;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerClock;
import dev.holdfast.server.ledger.LedgerListener;
import dev.holdfast.server.ledger.SteadyClock;
import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.runtime.admin.AdminHandler;
import dev.holdfast.server.runtime.admin.AdminServer;
import dev.holdfast.server.runtime.admin.Probe;
import dev.holdfast.server.runtime.admin.Readiness;
import dev.holdfast.server.runtime.metrics.ServerMetrics;
import dev.holdfast.server.runtime.network.Addresses;
import dev.holdfast.server.runtime.network.NetworkLimits;
import dev.holdfast.server.runtime.page.PageHandler;
import dev.holdfast.server.runtime.security.AdminAccess;
import dev.holdfast.server.runtime.security.Security;
import dev.holdfast.server.runtime.tracing.Tracing;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.backup.LastBackup;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.directory.DiskTrouble;
import dev.holdfast.server.store.sqlite.directory.LowWater;
import dev.holdfast.server.store.sqlite.mark.HighWaterMark;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
   * @param dataDir directory of the store
   * @param capacityBytes capacity of the repository {@code default} if it is created; null to
   *     create none
   * @param retention minimum time for which operation ids, histories and events are kept
   * @param acceptLoss whether to accept a store that lost acknowledged changes
   * @param security how connections are encrypted and callers authenticated
   * @param metrics measures this server, and no other
   * @param tracing sends spans; null for none
   */
  public record Settings(
      InetSocketAddress listen,
      @Nullable InetSocketAddress adminListen,
      Path dataDir,
      @Nullable Long capacityBytes,
      Duration retention,
      boolean acceptLoss,
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
      StartException failure = StartException.of(settings.dataDir(), e);
      try {
        opened.closeAll();
      } catch (Exception suppressed) {
        failure.addSuppressed(suppressed);
      }
      throw failure;
    }
  }

  private static HoldfastServer start(Settings settings, LedgerClock clock, CloseStack opened)
      throws IOException {
    String process = "process " + ProcessHandle.current().pid();
    DataDirectory directory = opened.add(DataDirectory.hold(settings.dataDir(), process));
    if (settings.acceptLoss()) {
      HighWaterMark.acceptLoss(directory, clock.nowMicros());
    }
    HighWaterMark.check(directory);
    boolean isNew = !Files.exists(directory.database()) || Files.size(directory.database()) == 0;
    Halt halt = new Halt();
    SqliteStore store = opened.add(SqliteStore.open(directory.database(), halt));
    if (isNew) {
      LOG.warn(
          "created a new, empty ledger in {}; if there should be one already, check --data-dir",
          directory.path().toAbsolutePath().normalize());
    }
    opened.add(HighWaterMark.keep(directory, store, halt, clock::nowMicros));
    ServerMetrics metrics = settings.metrics();
    LedgerListener listener = metrics.listener(new LoggingListener());
    EventLoops eventLoops = opened.add(new EventLoops());
    RequestWorkers workers = opened.add(new RequestWorkers(listener::failed));
    Ledger ledger = new Ledger(store, clock, MAX_WAITING_CHANGES, listener);
    // Without the admin port, nobody reads metrics, so calls and commits are not measured.
    boolean measured = settings.adminListen() != null;
    if (measured) {
      metrics.measure(ledger, store);
    }
    Tracing tracing = settings.tracing();
    if (tracing != null) {
      opened.add(tracing);
      ledger.measureWith(tracing.meter(metrics.meter()));
    }
    ledger.start();
    opened.add(ledger);
    giveGrace(ledger);
    if (settings.capacityBytes() != null) {
      createDefault(ledger, settings.capacityBytes());
    }
    ReadExecutors readers = opened.add(new ReadExecutors(SqliteStore.READERS));
    BackgroundTasks tasks =
        opened.add(
            new BackgroundTasks(
                ledger,
                settings.retention(),
                directory.reserve()::makeIfMissing,
                new LowWater(directory.path(), ledger::noteDiskSpace),
                listener));
    Readiness readiness = new Readiness(ledger);
    metrics.measure(readiness);
    metrics.measureWatchers(Services.WATCH_METHOD);
    metrics.tasks().backups(() -> lastBackupSeconds(directory.path()));
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
    directory.setHolder(process + ", serving gRPC on " + grpc.address());
    StartReport.log(ledger.reads(), settings.retention());
    LOG.info(
        "holdfast {}: serving gRPC on {} ({}); store in {}",
        Version.number(),
        grpc.address(),
        settings.security().describe(),
        settings.dataDir().toAbsolutePath().normalize());
    return new HoldfastServer(opened, grpc);
  }

  /**
   * Gives all leases their grace. On a full disk the grace is deferred: it precedes the first
   * change that fits.
   */
  private static void giveGrace(Ledger ledger) {
    try {
      ledger.giveGrace();
    } catch (StoreException e) {
      if (!DiskTrouble.isFull(e)) {
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

  /** Returns the time of the last backup in seconds since the epoch; 0 if it is not known. */
  private static double lastBackupSeconds(Path dataDir) {
    try {
      return LastBackup.read(dataDir).map(Instant::getEpochSecond).orElse(0L);
    } catch (IOException e) {
      LOG.debug("cannot read the time of the last backup", e);
      return 0;
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
      if (!(outcome instanceof Outcome.RepositoryDone)) {
        throw new StartException("cannot create repository " + DEFAULT_REPOSITORY + ": " + outcome);
      }
      LOG.info(
          "created repository {} with a capacity of {} bytes", DEFAULT_REPOSITORY, capacityBytes);
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
