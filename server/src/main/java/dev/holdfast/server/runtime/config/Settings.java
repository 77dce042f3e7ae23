package dev.holdfast.server.runtime.config;

import dev.holdfast.server.flags.CommandLineOnly;
import java.lang.reflect.AnnotatedElement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ScopeType;

/**
 * The options that a variable or the configuration file can set: every option of {@code serve}, and
 * every option that several commands have, unless it is {@link CommandLineOnly}. An option that
 * only one other command has concerns a single call of that command.
 */
public final class Settings {
  /** The beginning of the names of all variables. */
  static final String PREFIX = "HOLDFAST_";

  /** The option that names the configuration file. */
  static final String CONFIG = "--config";

  /** Variables that correspond to no option: flags of the JVM for the launcher, and a secret. */
  private static final Set<String> OTHER_VARIABLES =
      Set.of(PREFIX + "JAVA_OPTS", PREFIX + "TOKEN", variable("config"));

  private static final String SERVE = "serve";

  private final SortedMap<String, OptionSpec> options;

  private Settings(SortedMap<String, OptionSpec> options) {
    this.options = options;
  }

  /**
   * Returns the settings of a program.
   *
   * @param root the program's command; its subcommands have the options
   */
  public static Settings of(CommandSpec root) {
    Set<String> seen = new HashSet<>();
    SortedMap<String, OptionSpec> options = new TreeMap<>();
    for (CommandSpec command : withSubcommands(root)) {
      for (OptionSpec option : command.options()) {
        if (isSettable(option)) {
          if (command.name().equals(SERVE)) {
            options.put(key(option), option);
          } else if (!seen.add(key(option))) {
            options.putIfAbsent(key(option), option);
          }
        }
      }
    }
    return new Settings(options);
  }

  private static boolean isSettable(OptionSpec option) {
    boolean commandLineOnly =
        option.userObject() instanceof AnnotatedElement declaration
            && declaration.isAnnotationPresent(CommandLineOnly.class);
    return !commandLineOnly
        && !option.usageHelp()
        && !option.versionHelp()
        && !option.longestName().equals(CONFIG)
        && option.longestName().startsWith("--");
  }

  /**
   * Lets every boolean setting take a value on the command line too, so that {@code --flag=false}
   * wins over a configured {@code true}.
   */
  void acceptValuesOfBooleans(CommandSpec root) {
    for (CommandSpec command : withSubcommands(root)) {
      // All options are added again, because help lists them in the order of their addition.
      for (OptionSpec option : new ArrayList<>(command.options())) {
        if (option.group() == null && option.scopeType() == ScopeType.LOCAL) {
          command.remove(option);
          command.addOption(isBoolean(option) && contains(option) ? withValue(option) : option);
        }
      }
    }
  }

  private static OptionSpec withValue(OptionSpec option) {
    // Without a fallback, picocli would take the opposite of the configured value.
    return OptionSpec.builder(option)
        .arity("0..1")
        .fallbackValue("true")
        .paramLabel("true|false")
        .build();
  }

  static boolean isBoolean(ArgSpec argument) {
    return argument.typeInfo().isBoolean();
  }

  private static List<CommandSpec> withSubcommands(CommandSpec root) {
    List<CommandSpec> commands = new ArrayList<>(List.of(root));
    // Aliases lead to the same subcommand.
    for (CommandLine subcommand : Set.copyOf(root.subcommands().values())) {
      commands.addAll(withSubcommands(subcommand.getCommandSpec()));
    }
    return commands;
  }

  boolean contains(OptionSpec option) {
    return isSettable(option) && options.containsKey(key(option));
  }

  /** Returns the keys of the configuration file, sorted. */
  public Set<String> keys() {
    return options.keySet();
  }

  /** Returns an option by its key, that of {@code serve} if several commands have it. */
  public OptionSpec option(String key) {
    return Objects.requireNonNull(options.get(key));
  }

  boolean isVariable(String name) {
    return variables().contains(name);
  }

  /** Returns all variables, those that correspond to no option included, sorted. */
  public Set<String> variables() {
    Set<String> variables = new TreeSet<>(OTHER_VARIABLES);
    keys().forEach(key -> variables.add(variable(key)));
    return variables;
  }

  /** Returns the key of an option: {@code data-dir} for {@code --data-dir}. */
  static String key(OptionSpec option) {
    return option.longestName().substring(2);
  }

  /** Returns the variable of a key: {@code HOLDFAST_DATA_DIR} for {@code data-dir}. */
  public static String variable(String key) {
    return PREFIX + key.replace('-', '_').toUpperCase(Locale.ROOT);
  }
}
