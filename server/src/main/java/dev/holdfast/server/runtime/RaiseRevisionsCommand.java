package dev.holdfast.server.runtime;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.runtime.engine.SharedStore;
import dev.holdfast.server.store.postgresql.PostgresStore;
import dev.holdfast.server.store.postgresql.connection.PostgresSettings;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code holdfast raise-revisions}. */
@Command(
    name = "raise-revisions",
    description =
        "Prepares a PostgreSQL database that was restored from a backup, while no server uses it:"
            + " raises the revision of every repository by at least 2^40, so that no generation is"
            + " given out twice. Changes since the backup are unknown: run Reconcile afterwards.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false)
final class RaiseRevisionsCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--store",
      paramLabel = "URL",
      required = true,
      description = "The database, as for 'serve'.")
  private String store = "";

  @Override
  public Integer call() {
    CommandSpec command = Objects.requireNonNull(spec);
    SharedStore location = StoreOption.parse("--store", store, command);
    int count;
    try (PostgresStore opened = PostgresStore.openExisting(PostgresSettings.of(location.url()))) {
      count = opened.raiseRevisions();
    } catch (StoreException e) {
      throw location.failure(e);
    }
    command
        .commandLine()
        .getOut()
        .printf(
            "raised the revisions of %d repositories. All changes since the backup are unknown: start"
                + " the servers, and run Reconcile on every repository. Watchers end with"
                + " REVISION_COMPACTED, and begin again.%n",
            count);
    return 0;
  }
}
