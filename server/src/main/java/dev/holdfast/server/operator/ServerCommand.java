package dev.holdfast.server.operator;

import dev.holdfast.client.HoldfastClient;
import dev.holdfast.client.errors.HoldfastException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that asks a running server, and how it ends. */
@Command(
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = ExitCode.HEADING,
    exitCodeList = {
      "0:success",
      "1:failed: the server refused, or the books do not balance",
      "2:wrong flags or values",
      "3:server unreachable, not serving, or too slow for --deadline",
      "4:refused: authentication or permission"
    })
abstract class ServerCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Override
  public final Integer call() throws InterruptedException {
    return run(Objects.requireNonNull(spec), connection, this::run);
  }

  /** Asks the server. */
  interface Work {
    /** Returns the exit code. */
    int run(Session session) throws InterruptedException;
  }

  /** Asks the server, prints the answers, and returns the exit code. */
  abstract int run(Session session) throws InterruptedException;

  /** Connects, works, and tells a failure in one line. Returns the exit code. */
  static int run(CommandSpec spec, ConnectionOptions connection, Work work)
      throws InterruptedException {
    Output out = new Output(spec.commandLine().getOut());
    try (HoldfastClient client = connection.connect()) {
      int exit = work.run(new Session(client, out, Health.of(connection)));
      out.flush();
      return exit;
    } catch (HoldfastException e) {
      tell(spec, Failures.message(e, connection.server()));
      return Failures.exitCode(e);
    } catch (Health.UnreachableException e) {
      tell(spec, Failures.oneLine(e));
      return e.exitCode();
    } catch (Output.ClosedException e) {
      // The reader has read what it wanted.
      return ExitCode.OK;
    }
  }

  final ConnectionOptions connection() {
    return connection;
  }

  /** Tells something on stderr, in one line. */
  final void tell(String message) {
    tell(Objects.requireNonNull(spec), message);
  }

  private static void tell(CommandSpec spec, String message) {
    spec.commandLine().getErr().println("holdfast: " + message);
  }

  final ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
