package dev.holdfast.server.runtime;

import dev.holdfast.server.ledger.engine.StoreException;
import dev.holdfast.server.operator.EventsCommand;
import dev.holdfast.server.operator.OffersCommand;
import dev.holdfast.server.operator.ReservationsCommand;
import dev.holdfast.server.operator.StatusCommand;
import dev.holdfast.server.operator.WhyCommand;
import dev.holdfast.server.runtime.config.Configuration;
import dev.holdfast.server.runtime.engine.StartException;
import dev.holdfast.server.runtime.network.LibraryLog;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The program {@code holdfast}. Exits with 2 for invalid arguments, and for what they name and
 * cannot be used; with 1 for other failures.
 */
@Command(
    name = "holdfast",
    description = "The ledger of a storage node's disk space.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    subcommands = {
      ServeCommand.class,
      StatusCommand.class,
      ReservationsCommand.class,
      EventsCommand.class,
      OffersCommand.class,
      WhyCommand.class,
      VerifyCommand.class,
      TokenCommand.class,
      BackupCommand.class,
      RestoreCommand.class,
      MoveCommand.class,
      RaiseRevisionsCommand.class
    },
    footer = "In a checkout, './holdfast bench' measures its speed; see './holdfast bench --help'.",
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      description =
          "Reads options from this file: lines like 'data-dir=/srv/holdfast'. A variable like"
              + " HOLDFAST_DATA_DIR wins over the file, and a flag over both.")
  private @Nullable Path config;

  private Main() {}

  /** Runs the program with these arguments. */
  public static void main(String[] arguments) {
    LibraryLog.install();
    // Every answered change is durable, so a restart is safer than serving without a thread that
    // died.
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, e) -> {
          LoggerFactory.getLogger("holdfast").error("thread {} died", thread.getName(), e);
          Runtime.getRuntime().halt(CommandLine.ExitCode.SOFTWARE);
        });
    System.exit(commandLine(System.getenv()).execute(arguments));
  }

  /**
   * Returns the program.
   *
   * @param environment the variables of the environment, by name
   */
  static CommandLine commandLine(Map<String, String> environment) {
    Main main = new Main();
    CommandLine line = new CommandLine(main);
    // The contract's values are in lower case.
    line.setCaseInsensitiveEnumValuesAllowed(true);
    // The operator's commands do not know the server's version.
    line.getSubcommands()
        .values()
        .forEach(command -> command.getCommandSpec().versionProvider(new VersionProvider()));
    Configuration configuration =
        Configuration.install(line, environment, System.getProperties(), () -> main.config);
    line.setParameterExceptionHandler(
        (e, arguments) -> reportUsageError(e, arguments, configuration));
    line.setExecutionExceptionHandler(
        (e, command, result) -> {
          if (e instanceof StartException
              || e instanceof StoreException
              || e instanceof IllegalStateException) {
            command.getErr().println("holdfast: " + e.getMessage());
            return e instanceof StartException start && start.misconfigured()
                ? CommandLine.ExitCode.USAGE
                : CommandLine.ExitCode.SOFTWARE;
          }
          throw e;
        });
    return line;
  }

  private static int reportUsageError(
      CommandLine.ParameterException e, String[] arguments, Configuration configuration) {
    PrintWriter err = e.getCommandLine().getErr();
    String message = String.valueOf(e.getMessage());
    err.println("holdfast: " + message + configuration.origins(message, arguments));
    CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
    if (arguments.length == 0) {
      e.getCommandLine().usage(err);
      return CommandLine.ExitCode.USAGE;
    }
    err.println("Try '" + e.getCommandLine().getCommandSpec().qualifiedName() + " --help'.");
    return CommandLine.ExitCode.USAGE;
  }
}
