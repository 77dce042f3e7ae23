package dev.holdfast.server.runtime;

import dev.holdfast.server.flags.CommandLineOnly;
import dev.holdfast.server.flags.FlagConverters.ByteSize;
import dev.holdfast.server.flags.FlagConverters.DurationFlag;
import dev.holdfast.server.flags.FlagConverters.HostPort;
import dev.holdfast.server.runtime.engine.EmbeddedStore;
import dev.holdfast.server.runtime.engine.StoreLocation;
import dev.holdfast.server.runtime.logging.LogFormat;
import dev.holdfast.server.runtime.logging.LogLevel;
import dev.holdfast.server.runtime.logging.LogSettings;
import dev.holdfast.server.runtime.metrics.MeteredReloads;
import dev.holdfast.server.runtime.metrics.ServerMetrics;
import dev.holdfast.server.runtime.security.LoggedReloads;
import dev.holdfast.server.runtime.security.Security;
import dev.holdfast.server.runtime.security.files.InvalidFileException;
import dev.holdfast.server.runtime.security.files.ReloadedFiles;
import dev.holdfast.server.runtime.security.tls.TlsFiles;
import dev.holdfast.server.runtime.serving.HoldfastServer;
import dev.holdfast.server.runtime.serving.Version;
import dev.holdfast.server.runtime.tracing.Tracing;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
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
      description =
          "HTTP address of /livez, /readyz and /metrics, or 'off'. Default: ${DEFAULT-VALUE}")
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
      names = "--store",
      paramLabel = "URL",
      description =
          "Keeps the ledger in PostgreSQL, which several servers may share, in place of --data-dir:"
              + " postgresql://USER@HOST:PORT/DATABASE?sslmode=verify-full. The password comes from"
              + " PGPASSWORD or a password file.")
  private @Nullable String store;

  @CommandLineOnly
  @Option(
      names = "--accept-loss",
      description =
          "Accepts a store that lost acknowledged changes, for example with a disk: raises its"
              + " revisions by 2^40 and marks the gap as compacted. Run Reconcile afterwards.")
  private boolean acceptLoss;

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description =
          "PEM file with the server's certificate, followed by its issuers. Turns TLS on, for both"
              + " ports. Renewed files are taken up within 10 s.")
  private @Nullable Path tlsCert;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "PEM file with the certificate's private key, as unencrypted PKCS#8.")
  private @Nullable Path tlsKey;

  @Option(
      names = "--tls-client-ca",
      paramLabel = "FILE",
      description =
          "PEM file with the authorities of client certificates. Clients of the gRPC port then need"
              + " a certificate.")
  private @Nullable Path tlsClientCa;

  @Option(
      names = "--tokens-file",
      paramLabel = "FILE",
      description =
          "File with hashed tokens, which 'holdfast token' writes. Callers then need one. Changes are"
              + " taken up within 10 s.")
  private @Nullable Path tokensFile;

  @Option(
      names = "--log-format",
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "Format of the log on stderr: text or json. Default: ${DEFAULT-VALUE}")
  private LogFormat logFormat = LogFormat.TEXT;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      defaultValue = "info",
      description =
          "Least severe level that is logged: error, warn, info or debug. Default:"
              + " ${DEFAULT-VALUE}")
  private LogLevel logLevel = LogLevel.INFO;

  @Option(
      names = "--insecure",
      description =
          "Allows listening beyond loopback without TLS, or without authentication by tokens or"
              + " client certificates.")
  private boolean insecure;

  @Override
  public Integer call() throws InterruptedException {
    LogSettings.apply(logFormat, logLevel);
    InetSocketAddress admin = adminListen.equals(OFF) ? null : adminAddress();
    ServerMetrics metrics = new ServerMetrics(Version.number(), InstantSource.system());
    Security security = security(new MeteredReloads(metrics.tasks(), new LoggedReloads()));
    requireLoopback("--listen", listen, security);
    if (admin != null) {
      requireLoopback("--admin-listen", admin, security);
    }
    HoldfastServer server =
        HoldfastServer.start(
            new HoldfastServer.Settings(
                listen,
                admin,
                storeLocation(),
                capacityBytes,
                retention,
                security,
                metrics,
                tracing()));
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

  private @Nullable Tracing tracing() {
    try {
      return Tracing.fromEnvironment(System::getenv, Version.number());
    } catch (ConfigurationException e) {
      throw parameterException("tracing cannot start: " + e.getMessage());
    }
  }

  private Security security(ReloadedFiles.Listener listener) {
    if ((tlsCert == null) != (tlsKey == null)) {
      throw parameterException("--tls-cert and --tls-key belong together; add the missing one");
    } else if (tlsClientCa != null && tlsCert == null) {
      throw parameterException("--tls-client-ca needs TLS; add --tls-cert and --tls-key");
    }
    TlsFiles tls =
        tlsCert == null || tlsKey == null ? null : new TlsFiles(tlsCert, tlsKey, tlsClientCa);
    try {
      return Security.read(tls, tokensFile, InstantSource.system(), listener);
    } catch (InvalidFileException e) {
      throw parameterException(String.valueOf(e.getMessage()));
    }
  }

  private void requireLoopback(String flag, InetSocketAddress address, Security security) {
    boolean secure = security.tls() != null && security.authenticates();
    if (!insecure && !secure && !address.getAddress().isLoopbackAddress()) {
      throw parameterException(
          flag
              + " "
              + address.getAddress().getHostAddress()
              + " is reachable from other machines, without "
              + (security.tls() == null ? "encryption" : "authentication")
              + "; listen on 127.0.0.1, or add --tls-cert and --tls-key, and --tokens-file or"
              + " --tls-client-ca, or add --insecure to allow it");
    }
  }

  private StoreLocation storeLocation() {
    if (store == null) {
      return new EmbeddedStore(dataDir, acceptLoss);
    } else if (acceptLoss) {
      throw parameterException(
          "--accept-loss is for a store in --data-dir; a database of --store has its own backups");
    }
    return StoreOption.parse("--store", store, Objects.requireNonNull(spec));
  }

  private ParameterException parameterException(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
