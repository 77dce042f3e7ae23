package dev.holdfast.server.runtime;

import dev.holdfast.server.api.access.Role;
import dev.holdfast.server.flags.FlagConverters.DurationFlag;
import dev.holdfast.server.runtime.engine.StartException;
import dev.holdfast.server.runtime.security.files.InvalidFileException;
import dev.holdfast.server.runtime.security.tokens.RepositoryGlob;
import dev.holdfast.server.runtime.security.tokens.TokenEntry;
import dev.holdfast.server.runtime.security.tokens.TokenSecret;
import dev.holdfast.server.runtime.security.tokens.TokensEditor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code holdfast token}. */
@Command(
    name = "token",
    description = {
      "Adds a token to a tokens file, and prints its secret once, alone on stdout. The file keeps"
          + " only a hash. A running server takes up the change within 10 s.",
      "To replace a token, add another one with the same name, deploy it, and revoke the old one."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false)
final class TokenCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--tokens-file",
      paramLabel = "FILE",
      required = true,
      description = "The tokens file; created if missing.")
  private Path tokensFile = Path.of("");

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name of the caller, as logs show it. Several tokens may have one name.")
  private @Nullable String name;

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      converter = RoleFlag.class,
      description = {
        "reader: reads, and asks what a sale would do;",
        "writer: also changes reservations, unassigned bytes, offers and the datastore;",
        "admin: also creates, resizes and deletes repositories."
      })
  private @Nullable Role role;

  @Option(
      names = "--repository",
      paramLabel = "GLOB",
      converter = GlobFlag.class,
      description =
          "Repositories that the caller reaches, for example 'eu-*'; repeat it for several."
              + " Default: all")
  private List<RepositoryGlob> repositories = List.of(RepositoryGlob.ALL);

  @Option(
      names = "--expires",
      paramLabel = "DURATION",
      converter = DurationFlag.class,
      description = "Time after which the token is refused, for example 90d. Default: never")
  private @Nullable Duration expires;

  @Option(
      names = "--certificate",
      description =
          "Adds no token: the caller shows a client certificate that contains the name, as a"
              + " subject alternative name or as its common name.")
  private boolean certificate;

  @Option(names = "--list", description = "Prints the tokens of the file, without secrets.")
  private boolean list;

  @Option(
      names = "--revoke",
      paramLabel = "NAME|ID",
      description =
          "Removes the token with this id, as --list prints it, or all tokens of this name.")
  private @Nullable String revoke;

  static final class RoleFlag implements ITypeConverter<Role> {
    @Override
    public Role convert(String value) {
      for (Role role : Role.values()) {
        if (role.text().equals(value)) {
          return role;
        }
      }
      throw new TypeConversionException(
          "'" + value + "' is not a role; use reader, writer or admin");
    }
  }

  static final class GlobFlag implements ITypeConverter<RepositoryGlob> {
    @Override
    public RepositoryGlob convert(String value) {
      try {
        return new RepositoryGlob(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }

  @Override
  public Integer call() {
    try {
      TokensEditor editor = new TokensEditor(tokensFile);
      boolean adds = name != null || role != null;
      if ((adds ? 1 : 0) + (list ? 1 : 0) + (revoke == null ? 0 : 1) != 1) {
        throw usage("use --name and --role to add a token, or --list, or --revoke");
      } else if (!adds) {
        rejectFlagsOfAdding();
      }
      if (list) {
        return list(editor);
      } else if (revoke != null) {
        return revoke(editor, revoke);
      }
      return add(editor);
    } catch (InvalidFileException e) {
      throw usage(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new StartException("cannot change " + tokensFile + ": " + e, e);
    }
  }

  private void rejectFlagsOfAdding() {
    for (String flag : List.of("--repository", "--expires", "--certificate")) {
      if (spec().commandLine().getParseResult().hasMatchedOption(flag)) {
        throw usage(flag + " belongs to a token that is added; leave it out, or use --name");
      }
    }
  }

  private int add(TokensEditor editor) throws InvalidFileException, IOException {
    if (name == null || role == null) {
      throw usage("a token has a --name and a --role");
    } else if (!TokenEntry.isName(name)) {
      throw usage(
          "Invalid value for option '--name': use 1 to 128 letters, digits or ._@:/-, and begin with a"
              + " letter or digit");
    }
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    String secret = TokenSecret.generate();
    TokenEntry entry =
        new TokenEntry(
            name,
            role,
            List.copyOf(repositories),
            certificate ? null : TokenSecret.hash(secret),
            now,
            expires == null ? null : now.plus(expires));
    editor.add(entry);
    if (!certificate) {
      out().println(secret);
    }
    spec().commandLine().getErr().println("added " + entry.id() + " to " + tokensFile);
    return 0;
  }

  private int list(TokensEditor editor) throws InvalidFileException {
    List<TokenEntry> entries = editor.list();
    int width = entries.stream().mapToInt(entry -> entry.id().length()).max().orElse(0);
    Instant now = Instant.now();
    for (TokenEntry entry : entries) {
      String expires =
          entry.expires() == null
              ? "does not expire"
              : (entry.expired(now) ? "expired " : "expires ") + entry.expires();
      out()
          .printf(
              "%-" + Math.max(1, width) + "s  %-6s  %s  %s%n",
              entry.id(),
              entry.role().text(),
              entry.repositoriesText(),
              expires);
    }
    return 0;
  }

  private int revoke(TokensEditor editor, String nameOrId)
      throws InvalidFileException, IOException {
    List<TokenEntry> removed = editor.revoke(nameOrId);
    if (removed.isEmpty()) {
      throw new StartException(
          tokensFile + " has no token '" + nameOrId + "'; see 'holdfast token --list'");
    }
    removed.forEach(entry -> out().println("revoked " + entry.id()));
    return 0;
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec().commandLine(), message);
  }

  private PrintWriter out() {
    return spec().commandLine().getOut();
  }

  private CommandSpec spec() {
    return Objects.requireNonNull(spec);
  }
}
