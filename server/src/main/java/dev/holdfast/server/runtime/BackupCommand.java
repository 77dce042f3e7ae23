package dev.holdfast.server.runtime;

import dev.holdfast.server.flags.CommandLineOnly;
import dev.holdfast.server.runtime.engine.StartException;
import dev.holdfast.server.runtime.serving.Version;
import dev.holdfast.server.store.sqlite.backup.Backup;
import dev.holdfast.server.store.sqlite.backup.BackupManifest;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast backup}. */
@Command(
    name = "backup",
    description =
        "Writes a consistent backup of a ledger into one file, also while a server runs, and recounts"
            + " its books. Progress goes to stderr. 'holdfast restore' makes a ledger of it again.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false,
    subcommands = InspectCommand.class)
final class BackupCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      defaultValue = "./holdfast-data",
      description = "Directory of the store. Default: ${DEFAULT-VALUE}")
  private Path dataDir = Path.of("");

  /** Checked by this command, because picocli would also require it of the subcommand. */
  @CommandLineOnly
  @Option(
      names = "--to",
      paramLabel = "FILE",
      description =
          "File to write, required; it must not exist yet. It is called FILE.partial until it is"
              + " complete.")
  private @Nullable Path file;

  @Override
  public Integer call() {
    CommandSpec command = Objects.requireNonNull(spec);
    if (file == null) {
      throw new ParameterException(
          command.commandLine(), "Missing required option: '--to=FILE', the file to write");
    }
    PrintWriter out = command.commandLine().getOut();
    long startNanos = System.nanoTime();
    ProgressLines progress = new ProgressLines("backup", command.commandLine().getErr());
    BackupManifest manifest = write(file, progress);
    out.printf(
        Locale.ROOT,
        "backup %s: %d bytes of database, %d repositories, %d reservations, revision %d, copied in"
            + " %.2f s, complete and verified after %.1f s%n",
        file,
        manifest.databaseBytes(),
        manifest.repositoryCount(),
        manifest.reservationCount(),
        manifest.revision(),
        progress.firstPhaseNanos() / 1e9,
        (System.nanoTime() - startNanos) / 1e9);
    return 0;
  }

  private BackupManifest write(Path target, ProgressLines progress) {
    try {
      DataDirectory.unpackBesideServer(dataDir);
      return Backup.write(dataDir, target, Version.number(), progress);
    } catch (IOException e) {
      throw new StartException("cannot back up " + dataDir + " to " + target + ": " + e, e);
    } catch (DataDirectory.NotExecutableException e) {
      throw StartException.of(dataDir, e);
    }
  }
}
