package dev.holdfast.server.runtime;

import dev.holdfast.server.runtime.FlagConverters.Address;
import dev.holdfast.server.runtime.FlagConverters.Size;
import dev.holdfast.server.runtime.FlagConverters.Span;
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
    description = "Serves the ledger until SIGTERM, then answers what it took on and exits with 0.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
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
      converter = Address.class,
      description = "The gRPC address; port 0 takes a free one. Default: ${DEFAULT-VALUE}")
  private InetSocketAddress listen = new InetSocketAddress(0);

  @Option(
      names = "--admin-listen",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7421",
      description = "/livez and /readyz over HTTP; 'off' for none. Default: ${DEFAULT-VALUE}")
  private String adminListen = OFF;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      defaultValue = "./holdfast-data",
      description = "Where the store lives; made when missing. Default: ${DEFAULT-VALUE}")
  private Path dataDir = Path.of("");

  @Option(
      names = "--capacity",
      paramLabel = "SIZE",
      converter = Size.class,
      description =
          "Creates the repository 'default' where it is missing: 1TiB, 500GB, plain bytes. Where it"
              + " exists, its capacity stays.")
  private @Nullable Long capacityBytes;

  @Option(
      names = "--retention",
      paramLabel = "DURATION",
      defaultValue = "7d",
      converter = Span.class,
      description =
          "How long operation ids, histories and events are kept at least: time in which the server"
              + " serves counts, whatever its clock is set to. Default: ${DEFAULT-VALUE}")
  private Duration retention = Duration.ZERO;

  @Option(
      names = "--accept-loss",
      description =
          "Goes on with a store that lost acknowledged changes, as after a restore: revisions are"
              + " raised by 2^40, the gap counts as compacted, and Reconcile is due.")
  private boolean acceptLoss;

  @Option(
      names = "--insecure",
      description = "Allows to listen beyond loopback, without encryption, to anybody.")
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

  /** Drains, and ends the process whatever becomes of that: one that hangs serves nobody. */
  private static void drain(HoldfastServer server) {
    int exit = exitCode(server::drain, DRAIN_LIMIT);
    // After a signal the JVM would exit with 128 + its number, however well everything ended.
    Runtime.getRuntime().halt(exit);
  }

  /** What to exit with: 0 where the drain went well, and in time. */
  static int exitCode(Supplier<Boolean> drain, Duration limit) {
    CompletableFuture<Boolean> drained = CompletableFuture.supplyAsync(drain, DRAIN_THREAD);
    try {
      if (drained.get(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return CommandLine.ExitCode.OK;
      }
    } catch (TimeoutException e) {
      LOG.error("the drain takes longer than {} s, and is broken off", limit.toSeconds());
    } catch (ExecutionException | InterruptedException e) {
      LOG.error("the drain failed", e);
    }
    return CommandLine.ExitCode.SOFTWARE;
  }

  private InetSocketAddress adminAddress() {
    try {
      return new Address().convert(adminListen);
    } catch (RuntimeException e) {
      throw wrong("Invalid value for option '--admin-listen': " + e.getMessage() + ", or 'off'");
    }
  }

  private void requireLoopback(String flag, InetSocketAddress address) {
    if (!insecure && !address.getAddress().isLoopbackAddress()) {
      throw wrong(
          flag
              + " "
              + address.getAddress().getHostAddress()
              + " is reached from beyond this machine, and nothing is encrypted and nobody"
              + " authenticated; listen on 127.0.0.1, or add --insecure if that is meant");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(), message);
  }
}
