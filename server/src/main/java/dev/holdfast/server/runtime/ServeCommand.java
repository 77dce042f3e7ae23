package dev.holdfast.server.runtime;

import dev.holdfast.server.flags.FlagConverters.ByteSize;
import dev.holdfast.server.flags.FlagConverters.DurationFlag;
import dev.holdfast.server.flags.FlagConverters.HostPort;
import dev.holdfast.server.runtime.serving.HoldfastServer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code holdfast serve}. */
@Command(
    name = "serve",
    description =
        "Serves the ledger until SIGTERM, then completes accepted calls and exits with 0.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false)
final class ServeCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast");

  private static final String OFF = "off";
  private static final Duration DRAIN_LIMIT = Duration.ofSeconds(30);
  private static final Executor DRAIN_THREAD = work -> new Thread(work, "drain-work").start();

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7420",
      converter = HostPort.class,
      description = "gRPC address; port 0 selects a free port. Default: ${DEFAULT-VALUE}")
  private InetSocketAddress listen = new InetSocketAddress(0);

  @Option(
      names = "--admin-listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7421",
      description = "HTTP address of /livez and /readyz, or 'off'. Default: ${DEFAULT-VALUE}")
  private String adminListen = OFF;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      defaultValue = "./holdfast-data",
      description = "Directory of the store; created if missing. Default: ${DEFAULT-VALUE}")
  private Path dataDir = Path.of("");

  @Option(
      names = "--capacity",
      paramLabel = "SIZE",
      converter = ByteSize.class,
      description =
          "Creates the repository 'default' with this capacity if it is missing: 1TiB, 500GB, plain"
              + " bytes. The capacity of an existing repository does not change.")
  private @Nullable Long capacityBytes;

  @Option(
      names = "--retention",
      paramLabel = "DURATION",
      defaultValue = "7d",
      converter = DurationFlag.class,
      description =
          "Minimum time for which operation ids, histories and events are kept. Only time in which"
              + " the server runs counts; the system clock does not matter. Default: ${DEFAULT-VALUE}")
  private Duration retention = Duration.ZERO;

  @Option(
      names = "--accept-loss",
      description =
          "Accepts a store that lost acknowledged changes, for example after a restore: raises its"
              + " revisions by 2^40 and marks the gap as compacted. Run Reconcile afterwards.")
  private boolean acceptLoss;

  @Option(
      names = "--insecure",
      description = "Allows listening beyond loopback, without encryption or authentication.")
  private boolean insecure;

  @Override
  public Integer call() throws InterruptedException {
    InetSocketAddress admin = adminListen.equals(OFF) ? null : adminAddress();
    requireLoopback("--listen", listen);
    if (admin != null) {
      requireLoopback("--admin-listen", admin);
    }
    HoldfastServer server =
        HoldfastServer.start(
            new HoldfastServer.Settings(
                listen, admin, dataDir, capacityBytes, retention, acceptLoss));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(server), "drain"));
    System.out.println("holdfast: serving gRPC on " + server.address());
    System.out.flush();
    server.awaitEnd();
    return 0;
  }

  /** Drains the server and then ends the process, even if the drain fails or hangs. */
  private static void drain(HoldfastServer server) {
    int exit = exitCode(server::drain, DRAIN_LIMIT);
    // After a signal, the JVM would exit with 128 + the signal number even if the drain succeeded.
    Runtime.getRuntime().halt(exit);
  }

  /** Returns the exit code: 0 if the drain succeeded in time. */
  static int exitCode(Supplier<Boolean> drain, Duration limit) {
    CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(drain, DRAIN_THREAD);
    try {
      if (drained.get(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return CommandLine.ExitCode.OK;
      }
    } catch (TimeoutException e) {
      LOG.error("drain did not finish within {} s; ending the process", limit.toSeconds());
    } catch (ExecutionException | InterruptedException e) {
      LOG.error("drain failed", e);
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  private InetSocketAddress adminAddress() {
    try {
      return new HostPort().convert(adminListen);
    } catch (RuntimeException e) {
      throw parameterException(
          "Invalid value for option '--admin-listen': " + e.getMessage() + ", or 'off'");
    }
  }

  private void requireLoopback(String flag, InetSocketAddress address) {
    if (!insecure && !address.getAddress().isLoopbackAddress()) {
      throw parameterException(
          flag
              + " "
              + address.getAddress().getHostAddress()
              + " is reachable from other machines, without encryption or authentication; listen on"
              + " 127.0.0.1, or add --insecure to allow it");
    }
  }

  private ParameterException parameterException(String message) {
    return new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(), message);
  }
}
