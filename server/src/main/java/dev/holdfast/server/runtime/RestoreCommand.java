package dev.holdfast.server.runtime;

import dev.holdfast.server.flags.CommandLineOnly;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.runtime.engine.StartException;
import dev.holdfast.server.store.sqlite.backup.Restore;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.mark.RestoredStore;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code holdfast restore}. */
@Command(
    name = "restore",
    description =
        "Makes a ledger from a backup, in an empty or missing directory. Raises the revision of every"
            + " repository by at least 2^40, so that no generation is given out twice. Changes since"
            + " the backup are unknown: run Reconcile afterwards.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false)
final class RestoreCommand implements Callable<Integer> {
  private static final int LISTED_REPOSITORIES = 20;

  @Spec private @Nullable CommandSpec spec;

  @CommandLineOnly
  @Option(
      names = "--from",
      paramLabel = "FILE",
      required = true,
      description = "The file that 'holdfast backup' wrote.")
  private Path file = Path.of("");

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      required = true,
      description = "Directory of the new store; empty, or created if missing.")
  private Path dataDir = Path.of("");

  @Override
  public Integer call() {
    CommandSpec command = Objects.requireNonNull(spec);
    PrintWriter out = command.commandLine().getOut();
    Restore.Restored restored =
        restore(new ProgressLines("restore", command.commandLine().getErr()));
    out.printf(
        "restored %s into %s: ledger %s of %s, %d reservations%n",
        file,
        dataDir.toAbsolutePath().normalize(),
        restored.manifest().ledgerId(),
        restored.manifest().createTime(),
        restored.manifest().reservationCount());
    int listed = Math.min(restored.revisions().size(), LISTED_REPOSITORIES);
    for (RestoredStore.Revision revision : restored.revisions().subList(0, listed)) {
      out.printf(
          "repository %s: revision %d in the backup, %d now%n",
          revision.repositoryId(), revision.backedUp(), revision.restored());
    }
    if (listed < restored.revisions().size()) {
      out.printf("and %d other repositories%n", restored.revisions().size() - listed);
    }
    out.printf(
        "All changes since %s are unknown. Start 'holdfast serve --data-dir %s', and run Reconcile on"
            + " every repository. Watchers end with REVISION_COMPACTED, and begin again.%n",
        restored.manifest().createTime(), dataDir);
    return 0;
  }

  private Restore.Restored restore(ProgressLines progress) {
    String holder = "holdfast restore, process " + ProcessHandle.current().pid();
    long nowMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    try {
      return Restore.restore(file, dataDir, holder, nowMicros, progress);
    } catch (IOException | StoreException | DataDirectory.NotExecutableException e) {
      throw StartException.of(dataDir, e);
    } catch (DataDirectory.HeldException e) {
      throw StartException.of(dataDir, e);
    }
  }
}
