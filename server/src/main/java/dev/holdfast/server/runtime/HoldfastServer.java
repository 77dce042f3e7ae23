package dev.holdfast.server.runtime;

import dev.holdfast.server.api.Services;
import dev.holdfast.server.api.calls.Answers;
import dev.holdfast.server.api.calls.ReadExecutors;
import dev.holdfast.server.api.wire.RequestWorkers;
import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerClock;
import dev.holdfast.server.ledger.SteadyClock;
import dev.holdfast.server.ledger.StoreException;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.rules.Outcome;
import dev.holdfast.server.ledger.rules.repositories.CreateRepository;
import dev.holdfast.server.runtime.network.NetworkLimits;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.directory.DiskTrouble;
import dev.holdfast.server.store.sqlite.mark.HighWaterMark;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running server: everything wired together, and taken apart again in the right order. */
final class HoldfastServer {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast");

  private static final String DEFAULT_REPOSITORY = "default";

  /**
   * How many changes may wait. On a slow disk that is a few seconds' work, as much as callers wait
   * for; in memory it is some ten megabytes.
   */
  private static final int WAITING_LIMIT = 65_536;

  /** How many bytes of answers may wait for their callers to take them. */
  private static final long UNSENT_LIMIT_BYTES = 64L * 1024 * 1024;

  private final CloseStack opened;
  private final GrpcServer grpc;

  /**
   * What a server is told at its start.
   *
   * @param listen where it serves gRPC
   * @param adminListen where it answers probes; null for nowhere
   * @param dataDir where its store lives
   * @param capacityBytes what the repository {@code default} is made with; null not to make it
   * @param retention how long operation ids, histories and events are kept
   * @param acceptLoss whether to go on with a store that lost acknowledged changes
   */
  record Settings(
      InetSocketAddress listen,
      @Nullable InetSocketAddress adminListen,
      Path dataDir,
      @Nullable Long capacityBytes,
      Duration retention,
      boolean acceptLoss) {}

  private HoldfastServer(CloseStack opened, GrpcServer grpc) {
    this.opened = opened;
    this.grpc = grpc;
  }

  /**
   * Starts a server. When this returns it serves.
   *
   * @throws StartException where it cannot
   */
  static HoldfastServer start(Settings settings) {
    return start(settings, new SteadyClock());
  }

  /** The same with a clock that a test sets. */
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
    Halt halt = new Halt();
    SqliteStore store = opened.add(SqliteStore.open(directory.database(), halt));
    opened.add(HighWaterMark.keep(directory, store, halt, clock::nowMicros));
    LoggingListener watch = new LoggingListener();
    EventLoops eventLoops = opened.add(new EventLoops());
    RequestWorkers workers = opened.add(new RequestWorkers(watch::failed));
    Ledger ledger = new Ledger(store, clock, WAITING_LIMIT, watch);
    ledger.start();
    opened.add(ledger);
    giveGrace(ledger);
    if (settings.capacityBytes() != null) {
      createDefault(ledger, settings.capacityBytes());
    }
    ReadExecutors readers = opened.add(new ReadExecutors(SqliteStore.READERS));
    BackgroundTasks chores =
        opened.add(
            new BackgroundTasks(
                ledger, settings.retention(), directory.reserve()::makeIfMissing, watch));
    Readiness readiness = new Readiness(ledger);
    if (settings.adminListen() != null) {
      AdminServer admin = opened.add(answerProbes(settings.adminListen(), readiness));
      LOG.info("answers /livez and /readyz on {}", admin.address());
    }
    Answers answers = new Answers(UNSENT_LIMIT_BYTES, System::nanoTime);
    GrpcServer grpc =
        opened.add(
            GrpcServer.start(
                settings.listen(),
                eventLoops,
                Services.on(ledger, readers, () -> workers.here(eventLoops::here), watch, answers),
                workers,
                NetworkLimits.DEFAULT,
                readiness,
                answers,
                watch));
    chores.begin();
    directory.setHolder(process + ", serving gRPC on " + grpc.address());
    LOG.info(
        "holdfast {} serves gRPC on {}, with its store in {}",
        Version.number(),
        grpc.address(),
        settings.dataDir().toAbsolutePath().normalize());
    return new HoldfastServer(opened, grpc);
  }

  /** Where there is no room for it, it comes before the first change for which there is. */
  private static void giveGrace(Ledger ledger) {
    try {
      ledger.giveGrace();
    } catch (StoreException e) {
      if (!DiskTrouble.isFull(e)) {
        throw e;
      }
    }
  }

  private static AdminServer answerProbes(InetSocketAddress address, Readiness readiness) {
    try {
      return new AdminServer(address, readiness::unready);
    } catch (IOException e) {
      throw new StartException(
          "cannot listen on "
              + GrpcServer.words(address)
              + " for --admin-listen: "
              + e.getMessage()
              + "; name another address, or 'off'",
          e);
    }
  }

  /** One that exists is only looked at, which a full disk does not hinder. */
  private static void createDefault(Ledger ledger, long capacityBytes) {
    Repository existing = ledger.reads().repository(DEFAULT_REPOSITORY);
    if (existing == null) {
      Outcome outcome = ledger.run(new CreateRepository(DEFAULT_REPOSITORY, capacityBytes));
      if (!(outcome instanceof Outcome.RepositoryDone)) {
        throw new StartException("cannot make repository " + DEFAULT_REPOSITORY + ": " + outcome);
      }
      LOG.info("made repository {} with {} bytes", DEFAULT_REPOSITORY, capacityBytes);
    } else if (existing.capacityBytes() != capacityBytes) {
      LOG.warn(
          "repository {} has a capacity of {} bytes, which stands; --capacity says {}. To change"
              + " it, call UpdateRepository",
          DEFAULT_REPOSITORY,
          existing.capacityBytes(),
          capacityBytes);
    }
  }

  /** Where it serves gRPC, as {@code HOST:PORT} with the real port. */
  String address() {
    return grpc.address();
  }

  /** Waits until somebody drained it. */
  void awaitEnd() throws InterruptedException {
    grpc.awaitEnd();
  }

  /**
   * Answers what was taken on, takes on nothing more, and closes everything.
   *
   * @return whether all of that went well
   */
  boolean drain() {
    LOG.info("draining");
    try {
      opened.closeAll();
      LOG.info("stopped");
      return true;
    } catch (Exception e) {
      LOG.error("stopped, but not everything ended well", e);
      return false;
    }
  }
}
