package dev.holdfast.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** Tests that the documented commands can be given, and that every flag is documented. */
class OperatorDocsTest {
  private static final String PROGRAM = "./holdfast ";

  private final String document = read();

  private static String read() {
    try {
      return Files.readString(Path.of("..", "docs", "operating", "cli.md"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private List<String> commands() {
    return document.lines().filter(line -> line.startsWith(PROGRAM)).toList();
  }

  @Test
  void everyExampleIsUnderstood() {
    assertFalse(commands().isEmpty());
    for (String command : commands()) {
      String[] words = command.substring(PROGRAM.length()).split(" ", -1);
      CommandLine.ParseResult result = Main.commandLine(Map.of()).parseArgs(words);
      assertEquals(words[0], result.subcommand().commandSpec().name());
    }
  }

  /** Returns whether the document names a flag itself, and not only a longer one. */
  private boolean isNamed(String flag) {
    return Pattern.compile(Pattern.quote(flag) + "(?![a-z-])").matcher(document).find();
  }

  @Test
  void everyFlagAndCommandIsDocumented() {
    List<String> missing = new ArrayList<>();
    for (String name : List.of("status", "reservations", "events", "offers", "why", "verify")) {
      if (commands().stream().noneMatch(command -> command.startsWith(PROGRAM + name))) {
        missing.add(name);
      }
      CommandLine command =
          Objects.requireNonNull(Main.commandLine(Map.of()).getSubcommands().get(name));
      for (OptionSpec option : command.getCommandSpec().options()) {
        boolean standard = option.usageHelp() || option.versionHelp();
        if (!standard
            && !option.longestName().equals("--config")
            && !isNamed(option.longestName())) {
          missing.add(name + " " + option.longestName());
        }
      }
    }
    assertEquals(List.of(), missing);
  }
}
