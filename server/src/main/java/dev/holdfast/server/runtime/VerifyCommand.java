package dev.holdfast.server.runtime;

import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.engine.Recount;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.operator.ConnectionOptions;
import dev.holdfast.server.operator.LiveVerification;
import dev.holdfast.server.runtime.engine.StartException;
import dev.holdfast.server.store.sqlite.SqliteStore;
import dev.holdfast.server.store.sqlite.directory.DataDirectory;
import dev.holdfast.server.store.sqlite.mark.HighWaterMark;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast verify}. */
@Command(
    name = "verify",
    description =
        "Recounts the books of a stopped ledger in --data-dir, or of a running server at --server."
            + " Prints the differences if they do not balance. The flags below --server need"
            + " --server.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the books balance",
      "1:they do not balance, or cannot be read",
      "2:wrong flags or values",
      "3:server unreachable, not serving, or too slow for --deadline",
      "4:refused: authentication or permission"
    })
final class VerifyCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      defaultValue = "./holdfast-data",
      description = "Directory of the store. Default: ${DEFAULT-VALUE}")
  private Path dataDir = Path.of("");

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Override
  public Integer call() throws InterruptedException {
    CommandLine line = Objects.requireNonNull(spec).commandLine();
    List<String> given =
        line.getParseResult().matchedOptions().stream().map(OptionSpec::longestName).toList();
    boolean stopped = given.contains("--data-dir");
    if (given.contains(ConnectionOptions.SERVER)) {
      if (stopped) {
        throw new ParameterException(
            line, "give --data-dir for a stopped ledger, or --server for a running one, not both");
      }
      return LiveVerification.run(line.getCommandSpec(), connection);
    }
    for (String flag : given) {
      if (!flag.equals("--data-dir") && !flag.equals("--config")) {
        throw new ParameterException(
            line, flag + " is for a running server; add --server, for example 127.0.0.1:7420");
      }
    }
    if (!stopped && connection.isServerConfigured()) {
      throw new ParameterException(
          line,
          "a server is configured, so add --data-dir for a stopped ledger, or --server for a running"
              + " one");
    }
    return verifyStopped();
  }

  private int verifyStopped() {
    if (!Files.exists(dataDir)) {
      throw new StartException("data directory does not exist: " + dataDir);
    }
    String holder = "holdfast verify, process " + ProcessHandle.current().pid();
    try (DataDirectory directory = DataDirectory.holdForVerification(dataDir, holder)) {
      if (!Files.exists(directory.database())) {
        HighWaterMark.check(directory);
        throw new StartException("no ledger found in " + dataDir);
      }
      HighWaterMark.check(directory);
      try (SqliteStore store = SqliteStore.openForVerification(directory.database())) {
        return verify(store) ? 0 : 1;
      }
    } catch (IOException | StoreException | DataDirectory.NotExecutableException e) {
      throw StartException.of(dataDir, e);
    } catch (DataDirectory.HeldException e) {
      throw new StartException(
          e.getMessage() + "; for a running server, use holdfast verify --server HOST:PORT", e);
    }
  }

  private boolean verify(SqliteStore store) {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    List<String> damage = store.damage();
    damage.forEach(message -> out.println("store file is damaged: " + message));
    List<Recount.Problem> damagedRows = store.damagedRest();
    print(out, damagedRows);
    AtomicBoolean balances = new AtomicBoolean(damage.isEmpty() && damagedRows.isEmpty());
    store.recountAll(
        recount -> {
          print(out, recount);
          if (!recount.problems().isEmpty()) {
            balances.set(false);
          }
        });
    out.println(balances.get() ? "the books balance" : "the books do not balance");
    return balances.get();
  }

  private static void print(PrintWriter out, Recount recount) {
    Repository repository = recount.recorded();
    out.printf(
        "repository %s: %d bytes reserved, %d reservations, %d bytes unassigned, revision %d%n",
        repository.id(),
        repository.reservedBytes(),
        repository.reservationCount(),
        repository.unassignedBytes(),
        repository.revision());
    print(out, recount.problems());
  }

  private static void print(PrintWriter out, List<Recount.Problem> problems) {
    for (Recount.Problem problem : problems) {
      out.printf(
          "  %s: recorded %d, counted %d%n",
          problem.subject(), problem.recorded(), problem.counted());
    }
  }
}
