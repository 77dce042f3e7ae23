package dev.holdfast.server.runtime.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Provides the values of options that are not on the command line: from variables of the
 * environment, or else from the file that {@code --config} or {@code HOLDFAST_CONFIG} names.
 *
 * <p>Unknown variables with Holdfast's prefix and unknown keys are errors, for every command.
 */
public final class Configuration implements IDefaultValueProvider {
  /** What Kubernetes and Docker's links define for a service that is called holdfast. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile("HOLDFAST_(SERVICE_(HOST|PORT)(_\\w+)?|PORT(_\\d+_\\w+)?)");

  /** The beginning of the system properties with which a launcher replaces built-in defaults. */
  private static final String DEFAULT_PREFIX = "holdfast.default.";

  private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*[a-z]");

  private final Map<String, String> environment;
  private final Properties properties;
  private final Settings settings;
  private final Supplier<@Nullable Path> configFlag;

  /** Values by key, and where each comes from; null before the first use. */
  private @Nullable Map<String, Value> values;

  private boolean helpRequested;

  private record Value(String text, String origin) {}

  private Configuration(
      Map<String, String> environment,
      Properties properties,
      Settings settings,
      Supplier<@Nullable Path> configFlag) {
    this.environment = environment;
    this.properties = properties;
    this.settings = settings;
    this.configFlag = configFlag;
  }

  /**
   * Makes a program take values from the environment and from a file.
   *
   * @param line the program, with its subcommands and an inherited option {@code --config}
   * @param environment the variables, by name
   * @param properties the system properties; {@code holdfast.default.data-dir} replaces the
   *     built-in default of {@code --data-dir}
   * @param configFlag supplies the value of {@code --config} once the command line was read
   * @return the configuration, which knows after parsing where values come from
   */
  public static Configuration install(
      CommandLine line,
      Map<String, String> environment,
      Properties properties,
      Supplier<@Nullable Path> configFlag) {
    CommandSpec root = line.getCommandSpec();
    Settings settings = Settings.of(root);
    settings.acceptValuesOfBooleans(root);
    Configuration configuration = new Configuration(environment, properties, settings, configFlag);
    line.setDefaultValueProvider(configuration);
    return configuration;
  }

  /** Returns the configured value of an option, or null. */
  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    CommandLine line = argument.command().commandLine();
    // Help has to work with a malformed configuration too, and shows the defaults of the program.
    // The options of a subcommand come before those of its parent.
    helpRequested |= isHelpRequested(line);
    if (helpRequested) {
      return launcherDefault(argument);
    }
    Map<String, Value> configured;
    try {
      configured = values();
    } catch (ConfigurationException e) {
      throw new ParameterException(line, e.getMessage());
    }
    if (!(argument instanceof OptionSpec option) || !settings.contains(option)) {
      return null;
    }
    Value value = configured.get(Settings.key(option));
    if (value == null) {
      return launcherDefault(argument);
    }
    if (Settings.isBoolean(option) && !value.text().matches("true|false")) {
      throw invalid(line, option, value, "is neither true nor false");
    }
    if (value.text().contains("${")) {
      throw invalid(
          line, option, value, "contains ${, but variables are not replaced; write it out");
    }
    return value.text();
  }

  private static ParameterException invalid(
      CommandLine line, OptionSpec option, Value value, String why) {
    return new ParameterException(
        line,
        "Invalid value for option '" + option.longestName() + "': '" + value.text() + "' " + why);
  }

  private @Nullable String launcherDefault(ArgSpec argument) {
    return argument instanceof OptionSpec option && settings.contains(option)
        ? properties.getProperty(DEFAULT_PREFIX + Settings.key(option))
        : null;
  }

  private static boolean isHelpRequested(CommandLine line) {
    for (CommandLine command = line; command != null; command = command.getParent()) {
      if (command.isUsageHelpRequested() || command.isVersionHelpRequested()) {
        return true;
      }
    }
    return false;
  }

  /** Returns the values. The command line has been read already, so {@code --config} is known. */
  private Map<String, Value> values() throws ConfigurationException {
    if (values == null) {
      Map<String, Value> loaded = new HashMap<>();
      Path file = file();
      if (file != null) {
        readFile(file, loaded);
      }
      readEnvironment(loaded);
      values = loaded;
    }
    return values;
  }

  private @Nullable Path file() throws ConfigurationException {
    Path fromFlag = configFlag.get();
    String fromVariable = environment.get(Settings.variable("config"));
    if (fromFlag != null || fromVariable == null) {
      return fromFlag;
    }
    requireValue(Settings.variable("config"), fromVariable);
    try {
      return Path.of(fromVariable);
    } catch (InvalidPathException e) {
      throw new ConfigurationException(
          Settings.variable("config") + ": '" + fromVariable + "' is not a path");
    }
  }

  private void readFile(Path file, Map<String, Value> loaded) throws ConfigurationException {
    for (Map.Entry<String, ConfigurationFile.Entry> entry :
        ConfigurationFile.read(file).entrySet()) {
      String key = entry.getKey();
      String origin = file + ":" + entry.getValue().line();
      if (!settings.keys().contains(key)) {
        throw new ConfigurationException(
            origin
                + ": unknown key '"
                + key
                + "'; the nearest known key is '"
                + Spelling.nearest(key, settings.keys())
                + "'");
      }
      loaded.put(key, new Value(entry.getValue().value(), origin));
    }
  }

  private void readEnvironment(Map<String, Value> loaded) throws ConfigurationException {
    // Sorted, so that the same environment always gives the same message.
    for (String name : new TreeSet<>(environment.keySet())) {
      if (name.startsWith(Settings.PREFIX) && !settings.isVariable(name)) {
        throw new ConfigurationException(unknownVariable(name));
      }
    }
    for (String key : settings.keys()) {
      String name = Settings.variable(key);
      String value = environment.get(name);
      if (value != null) {
        requireValue(name, value);
        loaded.put(key, new Value(value, "variable " + name));
      }
    }
  }

  private String unknownVariable(String name) {
    if (SERVICE_LINK.matcher(name).matches()) {
      return "unknown environment variable "
          + name
          + "; Kubernetes sets it for a service that is called holdfast: write"
          + " 'enableServiceLinks: false' into the specification of the pod";
    }
    return "unknown environment variable "
        + name
        + "; the nearest known one is "
        + Spelling.nearest(name, settings.variables());
  }

  private static void requireValue(String name, String value) throws ConfigurationException {
    if (value.isBlank()) {
      throw new ConfigurationException(
          "environment variable " + name + " is empty; give it a value, or unset it");
    }
  }

  /**
   * Returns where the options that a message names were configured, to be appended to the message.
   *
   * @param message a message about wrong options
   * @param arguments the command line; its options name themselves
   * @return for example {@code " (--capacity comes from /etc/holdfast.properties:3)"}, or an empty
   *     string
   */
  public String origins(String message, String[] arguments) {
    Map<String, Value> configured = values;
    if (configured == null) {
      return "";
    }
    String origins =
        OPTION
            .matcher(message)
            .results()
            .map(MatchResult::group)
            .distinct()
            .filter(option -> !isGiven(option, arguments))
            .filter(option -> configured.containsKey(option.substring(2)))
            .map(option -> option + " comes from " + origin(configured, option.substring(2)))
            .collect(Collectors.joining(", "));
    return origins.isEmpty() ? "" : " (" + origins + ")";
  }

  private static String origin(Map<String, Value> configured, String key) {
    Value value = configured.get(key);
    return value == null ? "" : value.origin();
  }

  private static boolean isGiven(String option, String[] arguments) {
    return Arrays.stream(arguments)
        .anyMatch(argument -> argument.equals(option) || argument.startsWith(option + "="));
  }
}
