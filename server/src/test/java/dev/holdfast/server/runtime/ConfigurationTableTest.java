package dev.holdfast.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.holdfast.server.runtime.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.OptionSpec;

/** The tables of docs/operating/configuration.md contain what the program takes, and no more. */
class ConfigurationTableTest {
  private static final Path PAGE =
      Path.of("..", "docs", "operating", "configuration.md").toAbsolutePath();

  private final Settings settings = Settings.of(Main.commandLine(Map.of()).getCommandSpec());

  private static List<String> rows(String begin) throws IOException {
    Pattern row = Pattern.compile("^" + begin + ".*", Pattern.MULTILINE);
    return row.matcher(Files.readString(PAGE)).results().map(found -> found.group()).toList();
  }

  @Test
  void everySettingHasItsRowWithAllSpellingsAndTheDefault() throws IOException {
    String expected =
        settings.keys().stream().map(this::spellings).collect(Collectors.joining("\n"));
    String written =
        rows("\\| `--").stream()
            .map(row -> row.substring(0, endOfDefault(row)))
            .collect(Collectors.joining("\n"));
    assertEquals(expected, written);
  }

  private String spellings(String key) {
    OptionSpec option = settings.option(key);
    String value = option.defaultValue();
    if (value == null && option.typeInfo().isBoolean()) {
      value = "false";
    }
    return "| `"
        + option.longestName()
        + "` | `"
        + Settings.variable(key)
        + "` | `"
        + key
        + "` | "
        + (value == null ? "none" : "`" + value + "`")
        + " |";
  }

  private static int endOfDefault(String row) {
    int end = 0;
    for (int column = 0; column < 5; column++) {
      end = row.indexOf('|', end) + 1;
    }
    return end;
  }

  @Test
  void everyOtherVariableHasItsRow() throws IOException {
    TreeSet<String> expected = new TreeSet<>(settings.variables());
    settings.keys().forEach(key -> expected.remove(Settings.variable(key)));
    List<String> written =
        rows("\\| `HOLDFAST_").stream().map(row -> row.substring(3, row.indexOf("` |"))).toList();
    assertEquals(List.copyOf(expected), written);
  }
}
