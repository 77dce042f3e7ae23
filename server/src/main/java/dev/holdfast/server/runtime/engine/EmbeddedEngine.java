package dev.holdfast.server.runtime.engine;

import dev.holdfast.server.ledger.Ledger;
import dev.holdfast.server.ledger.LedgerClock;
import dev.holdfast.server.ledger.engine.LedgerStore;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.runtime.metrics.ServerMetrics;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.backup.LastBackup;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.directory.DiskTrouble;
import dev.holdfast.server.store.sqlite.directory.LowWater;
import dev.holdfast.server.store.sqlite.mark.HighWaterMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The SQLite engine, in a data directory that this process holds. */
final class EmbeddedEngine implements Engine {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast");

  private static final Duration RESERVE_PERIOD = Duration.ofMinutes(1);
  private static final Duration DISK_PERIOD = Duration.ofSeconds(1);

  private final DataDirectory directory;
  private final String process;
  private final LedgerClock clock;
  private final SqliteStore store;
  private final HighWaterMark mark;

  private EmbeddedEngine(
      DataDirectory directory,
      String process,
      LedgerClock clock,
      SqliteStore store,
      HighWaterMark mark) {
    this.directory = directory;
    this.process = process;
    this.clock = clock;
    this.store = store;
    this.mark = mark;
  }

  static EmbeddedEngine open(EmbeddedStore location, LedgerClock clock) throws IOException {
    CloseStack opened = new CloseStack();
    try {
      return open(location, clock, opened);
    } catch (IOException | RuntimeException e) {
      opened.closeAfter(e);
      throw e;
    }
  }

  private static EmbeddedEngine open(EmbeddedStore location, LedgerClock clock, CloseStack opened)
      throws IOException {
    String process = "process " + ProcessHandle.current().pid();
    DataDirectory directory = opened.add(DataDirectory.hold(location.dataDir(), process));
    if (location.acceptLoss()) {
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
    HighWaterMark mark = opened.add(HighWaterMark.keep(directory, store, halt, clock::nowMicros));
    return new EmbeddedEngine(directory, process, clock, store, mark);
  }

  @Override
  public LedgerStore store() {
    return store;
  }

  @Override
  public LedgerClock clock() {
    return clock;
  }

  @Override
  public int readers() {
    return SqliteStore.READERS;
  }

  @Override
  public String location() {
    return directory.path().toAbsolutePath().normalize().toString();
  }

  @Override
  public void measure(ServerMetrics metrics) {
    metrics.measureStore(store::sizes);
    metrics.tasks().backups(() -> lastBackupSeconds(directory.path()));
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

  @Override
  public List<Upkeep> upkeep(Ledger ledger) {
    return List.of(
        new Upkeep(this::keepReserve, RESERVE_PERIOD),
        new Upkeep(new LowWater(directory.path(), ledger::noteDiskSpace), DISK_PERIOD));
  }

  /** Skips the reserve while the store reports trouble: its directory may have been replaced. */
  private void keepReserve() {
    if (store.trouble().isEmpty()) {
      directory.reserve().makeIfMissing();
    }
  }

  @Override
  public boolean isFull(StoreException failure) {
    return DiskTrouble.isFull(failure);
  }

  @Override
  public void serving(String address) throws IOException {
    directory.setHolder(process + ", serving gRPC on " + address);
  }

  @Override
  public void close() throws IOException {
    try (directory;
        store;
        mark) {
      // Closes all, in the opposite order.
    }
  }
}
