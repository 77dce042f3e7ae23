package dev.holdfast.server.runtime;

import dev.holdfast.server.runtime.engine.StartException;
import dev.holdfast.server.store.sqlite.backup.BackupFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code holdfast backup inspect}. */
@Command(
    name = "inspect",
    description =
        "Prints what a backup contains, and checks its checksum. Exits with 1 if the file is cut,"
            + " damaged, no backup, or of a newer version.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    sortOptions = false)
final class InspectCommand implements Callable<Integer> {
  private static final Set<String> TEXTS =
      Set.of("program_version", "ledger_id", "create_time", "database_sha256");

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "A file that 'holdfast backup' wrote.")
  private Path file = Path.of("");

  @Option(names = "--json", description = "Prints one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    CommandSpec command = Objects.requireNonNull(spec);
    Map<String, String> fields;
    try {
      BackupFile backup = BackupFile.open(file);
      backup.check(new ProgressLines("backup inspect", command.commandLine().getErr()));
      fields = backup.manifest().fields();
    } catch (IOException e) {
      throw new StartException("cannot read " + file + ": " + e, e);
    }
    PrintWriter out = command.commandLine().getOut();
    if (json) {
      out.println(object(fields));
    } else {
      fields.forEach((name, value) -> out.printf("%-18s%s%n", name, value));
      out.println("the checksum is correct");
    }
    return 0;
  }

  /** Returns the fields as JSON. None of their values contains a character to escape. */
  private static String object(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(
            field ->
                '"'
                    + field.getKey()
                    + "\":"
                    + (TEXTS.contains(field.getKey())
                        ? '"' + field.getValue() + '"'
                        : field.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }
}
