package dev.holdfast.server.runtime;

import dev.holdfast.server.flags.CommandLineOnly;
import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.runtime.engine.EmbeddedStore;
import dev.holdfast.server.runtime.engine.StartException;
import dev.holdfast.server.runtime.engine.StoreLocation;
import dev.holdfast.server.store.move.ContentsDigest;
import dev.holdfast.server.store.move.LedgerContents;
import dev.holdfast.server.store.move.LedgerMove;
import dev.holdfast.server.store.move.LedgerTarget;
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

/** {@code holdfast move}. */
@Command(
    name = "move",
    description =
        "Moves a stopped ledger from a data directory into a PostgreSQL database, or back: copies"
            + " everything, reads it again, and compares, before the new ledger is complete. The old"
            + " ledger is then marked as moved, so that nobody serves it again by mistake.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false)
final class MoveCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @CommandLineOnly
  @Option(
      names = "--from",
      paramLabel = "DIR|URL",
      required = true,
      description = "The ledger: its data directory, or its database as for 'serve --store'.")
  private String from = "";

  @CommandLineOnly
  @Option(
      names = "--to",
      paramLabel = "DIR|URL",
      required = true,
      description = "The new ledger: an empty or missing directory, or an empty database.")
  private String to = "";

  @Override
  public Integer call() {
    CommandSpec command = Objects.requireNonNull(spec);
    StoreLocation source = location("--from", from, command);
    StoreLocation target = location("--to", to, command);
    if (from.equals(to)) {
      throw new ParameterException(
          command.commandLine(), "--from and --to name the same ledger; name another --to");
    }
    RowProgress progress = new RowProgress("move", command.commandLine().getErr());
    PrintWriter out = command.commandLine().getOut();
    try (LedgerContents contents = source.source();
        LedgerTarget written = target.target()) {
      ContentsDigest moved = run(contents, written, progress);
      out.printf("moved %s to %s:%n", contents.location(), written.location());
      for (ContentsDigest.Kind kind : ContentsDigest.Kind.values()) {
        out.printf(Locale.ROOT, "  %,d %s%n", moved.count(kind), kind);
      }
      out.printf(
          "Both have the same contents. Start the new ledger with 'holdfast serve %s'. The old one is"
              + " marked as moved, and no server starts on it.%n",
          target instanceof EmbeddedStore ? "--data-dir " + to : "--store URL");
    }
    return 0;
  }

  private static ContentsDigest run(
      LedgerContents source, LedgerTarget target, RowProgress progress) {
    try {
      return LedgerMove.run(source, target, progress);
    } catch (StoreException e) {
      throw new StartException(
          e.getMessage()
              + (e.outcomeUnknown()
                  ? "; whether the move was completed is unknown: look which of the two has a ledger"
                      + " that is not marked as moved, with 'holdfast serve', before anything else"
                  : "; nothing was moved: mend the cause, and run the move again"),
          e);
    }
  }

  private static StoreLocation location(String option, String value, CommandSpec command) {
    return value.contains("://")
        ? StoreOption.parse(option, value, command)
        : new EmbeddedStore(Path.of(value), false);
  }
}
