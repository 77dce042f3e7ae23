package dev.holdfast.server.operator;

import dev.holdfast.client.HoldfastClient;
import dev.holdfast.server.flags.CommandLineOnly;
import dev.holdfast.server.flags.FlagConverters.DurationFlag;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The flags that all commands share which ask a running server. */
public final class ConnectionOptions {
  /** The name of the flag with the address. */
  public static final String SERVER = "--server";

  private static final String DEFAULT_SERVER = "127.0.0.1:7420";

  /** The longest token in bytes; those of Holdfast are much shorter. */
  private static final long MAX_TOKEN_BYTES = 4096;

  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");
  private static final Pattern ADDRESS =
      Pattern.compile("(\\[[^\\]\\s]+\\]|[^:\\[\\]\\s/]+):(\\d+)");

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(
      names = SERVER,
      paramLabel = "HOST:PORT",
      defaultValue = DEFAULT_SERVER,
      converter = ServerAddress.class,
      description = "gRPC address of the server. Default: ${DEFAULT-VALUE}")
  private String server = "";

  @Option(names = "--tls", description = "Uses TLS, and trusts the CAs of the system.")
  private boolean tls;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = "Uses TLS, and trusts only the CAs in this PEM file.")
  private @Nullable Path tlsCa;

  @CommandLineOnly
  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      description = "Uses TLS, with the client certificate in this PEM file.")
  private @Nullable Path tlsCert;

  @CommandLineOnly
  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "The key of the client certificate, as PEM (PKCS #8).")
  private @Nullable Path tlsKey;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Sends the token in this file. Without it, the token in the environment variable"
              + " HOLDFAST_TOKEN, if there is one.")
  private @Nullable Path tokenFile;

  @CommandLineOnly
  @Option(
      names = "--deadline",
      paramLabel = "DURATION",
      converter = DurationFlag.class,
      description = "Longest time of a call with all its retries. Default: 10s")
  private @Nullable Duration deadline;

  @CommandLineOnly
  @Option(names = "--repository", paramLabel = "ID", description = "The repository.")
  private String repositoryId = "";

  @CommandLineOnly
  @Option(
      names = "--json",
      description = "Prints JSON with the names of the contract instead of a table.")
  private boolean json;

  /** Converts {@code HOST:PORT}; the host is resolved by the connection. */
  static final class ServerAddress implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
      Matcher matcher = ADDRESS.matcher(value);
      if (matcher.matches() && matcher.group(2).length() <= 5) {
        int port = Integer.parseInt(matcher.group(2));
        if (port > 0 && port <= 65_535) {
          return value;
        }
      }
      throw new TypeConversionException(
          "'" + value + "' is not an address; use for example 127.0.0.1:7420 or [::1]:7420");
    }
  }

  /** Returns whether the environment or the configuration file names a server. */
  public boolean isServerConfigured() {
    return !server.equals(DEFAULT_SERVER);
  }

  /** Returns the address of the server, {@code HOST:PORT}. */
  String server() {
    return server;
  }

  /** Returns the repository; empty if none is named. */
  String repositoryId() {
    return repositoryId;
  }

  boolean json() {
    return json;
  }

  /** Returns whether the caller shows a client certificate. */
  boolean hasCertificate() {
    return tlsCert != null;
  }

  /** Returns the longest time of a call. */
  Duration deadline() {
    return deadline == null ? DEADLINE : deadline;
  }

  /**
   * Returns the longest time of a call that reads a whole repository.
   *
   * @param unlessSet the time for callers who set none
   */
  Duration deadline(Duration unlessSet) {
    return deadline == null ? unlessSet : deadline;
  }

  /**
   * Returns a client of the server, which connects with its first call.
   *
   * @throws ParameterException if a file cannot be used
   */
  HoldfastClient connect() {
    HoldfastClient.Builder builder =
        HoldfastClient.builder(server)
            .channelCredentials(credentials())
            .defaultDeadline(deadline());
    String token = token();
    if (token != null) {
      builder.bearerToken(token);
    }
    try {
      return builder.build();
    } catch (IllegalArgumentException e) {
      // The channel reads the certificates.
      throw wrong("the files of --tls-ca, --tls-cert and --tls-key cannot be used: " + reason(e));
    }
  }

  /**
   * Returns how the connection is secured.
   *
   * @throws ParameterException if a file cannot be read
   */
  ChannelCredentials credentials() {
    if ((tlsCert == null) != (tlsKey == null)) {
      throw wrong("--tls-cert and --tls-key belong together; give both");
    }
    if (!tls && tlsCa == null && tlsCert == null) {
      return InsecureChannelCredentials.create();
    }
    TlsChannelCredentials.Builder credentials = TlsChannelCredentials.newBuilder();
    try {
      if (tlsCa != null) {
        credentials.trustManager(readable("--tls-ca", tlsCa).toFile());
      }
      if (tlsCert != null && tlsKey != null) {
        credentials.keyManager(
            readable("--tls-cert", tlsCert).toFile(), readable("--tls-key", tlsKey).toFile());
      }
    } catch (IOException | IllegalArgumentException e) {
      throw wrong("cannot use the files of --tls-ca, --tls-cert and --tls-key: " + reason(e));
    }
    return credentials.build();
  }

  private Path readable(String flag, Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw wrong(flag + " " + file + " is not a file that can be read");
    }
    return file;
  }

  private @Nullable String token() {
    String source = "the environment variable HOLDFAST_TOKEN";
    String token = System.getenv("HOLDFAST_TOKEN");
    if (tokenFile != null) {
      source = "--token-file " + tokenFile;
      token = tokenIn(readable("--token-file", tokenFile));
    } else if (token == null) {
      return null;
    } else if (token.isBlank()) {
      throw wrong(source + " is empty; set it to a token, or unset it to send none");
    }
    String stripped = Objects.requireNonNull(token).strip();
    if (!TOKEN.matcher(stripped).matches()) {
      throw wrong(source + " is not a token: one line of printable ASCII without blanks");
    }
    return stripped;
  }

  private String tokenIn(Path file) {
    try {
      if (Files.size(file) <= MAX_TOKEN_BYTES) {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
      }
    } catch (IOException e) {
      throw wrong("cannot read --token-file " + file + ": " + reason(e));
    }
    throw wrong("--token-file " + file + " has more than " + MAX_TOKEN_BYTES + " bytes");
  }

  private static String reason(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private ParameterException wrong(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
