package dev.holdfast.server.runtime.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.flags.CommandLineOnly;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Values of options from flags, variables and a file, for a program like Holdfast's. */
@SuppressWarnings("UnusedVariable") // Options of commands that only parse.
class ConfigurationTest {
  @TempDir private Path temp;

  private final Map<String, String> environment = new HashMap<>(Map.of("PATH", "/bin"));
  private final Properties properties = new Properties();
  private final Serve serve = new Serve();
  private final Verify verify = new Verify();

  @Command(name = "holdfast")
  private static final class Root {
    @Option(names = "--config", scope = ScopeType.INHERIT)
    @Nullable Path config;
  }

  private abstract static class Done implements Callable<Integer> {
    @Override
    public Integer call() {
      return 0;
    }
  }

  @Command(name = "serve", mixinStandardHelpOptions = true, sortOptions = false)
  private static final class Serve extends Done {
    @Option(names = "--data-dir", defaultValue = "standard", description = "${DEFAULT-VALUE}")
    String dataDir = "";

    @Option(names = "--port", defaultValue = "1")
    int port;

    @Option(names = "--insecure")
    boolean insecure;

    @CommandLineOnly
    @Option(names = "--accept-loss")
    boolean acceptLoss;
  }

  @Command(name = "verify")
  private static final class Verify extends Done {
    @Option(names = "--data-dir", defaultValue = "standard")
    String dataDir = "";

    @Option(names = "--server")
    @Nullable String server;

    @Option(names = "--all")
    boolean all;
  }

  @Command(name = "status")
  private static final class Status extends Done {
    @Option(names = "--server")
    @Nullable String server;
  }

  private record Run(int exit, String out, String err) {}

  private Run run(String... words) {
    Root root = new Root();
    CommandLine line = new CommandLine(root);
    line.addSubcommand(serve).addSubcommand(verify).addSubcommand(new Status());
    Configuration configuration =
        Configuration.install(line, environment, properties, () -> root.config);
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    line.setParameterExceptionHandler(
        (e, arguments) -> {
          err.write(
              e.getMessage() + configuration.origins(String.valueOf(e.getMessage()), arguments));
          return 2;
        });
    return new Run(line.execute(words), out.toString(), err.toString());
  }

  private void accepted(String... words) {
    Run run = run(words);
    assertEquals(0, run.exit(), run.err());
  }

  private String refused(String... words) {
    Run run = run(words);
    assertEquals(2, run.exit(), run.err());
    return run.err();
  }

  private Path file(String text) throws IOException {
    Path file = Files.writeString(temp.resolve("holdfast.properties"), text);
    environment.put("HOLDFAST_CONFIG", file.toString());
    return file;
  }

  @Test
  void aFlagWinsOverAVariableAndAVariableOverTheFile() throws IOException {
    accepted("serve");
    assertEquals("standard", serve.dataDir);
    file("data-dir=from the file");
    accepted("serve");
    assertEquals("from the file", serve.dataDir);
    environment.put("HOLDFAST_DATA_DIR", "from the variable");
    accepted("serve");
    assertEquals("from the variable", serve.dataDir);
    accepted("serve", "--data-dir", "from the flag");
    assertEquals("from the flag", serve.dataDir);
  }

  @Test
  void aLauncherReplacesABuiltInDefaultAndNothingElse() throws IOException {
    properties.setProperty("holdfast.default.data-dir", "of the launcher");
    accepted("serve");
    assertEquals("of the launcher", serve.dataDir);
    assertTrue(run("serve", "--help").out().contains("of the launcher"));
    file("data-dir=from the file");
    accepted("serve");
    assertEquals("from the file", serve.dataDir);
  }

  @Test
  void theFileIsNamedBeforeOrAfterTheCommandAndTheFlagWins() throws IOException {
    file("port=7");
    Path other = Files.writeString(temp.resolve("other"), "port=8\n");
    accepted("serve");
    assertEquals(7, serve.port);
    accepted("serve", "--config", other.toString());
    assertEquals(8, serve.port);
    serve.port = 0;
    accepted("--config", other.toString(), "serve");
    assertEquals(8, serve.port);
  }

  @Test
  void everyCommandTakesTheKeysThatItKnows() throws IOException {
    file("data-dir=D\nport=7\nserver=S\n");
    accepted("verify");
    assertEquals("D", verify.dataDir);
    assertEquals("S", verify.server);
    accepted("status");
  }

  @ParameterizedTest
  @CsvSource({
    "false, '', false",
    "false, --insecure, true",
    "false, --insecure=true, true",
    "true, '', true",
    "true, --insecure, true",
    "true, --insecure=false, false"
  })
  void aFlagWinsAlsoOverAConfiguredBoolean(boolean configured, String flag, boolean expected) {
    environment.put("HOLDFAST_INSECURE", String.valueOf(configured));
    if (flag.isEmpty()) {
      accepted("serve");
    } else {
      accepted("serve", flag, "--port", "3");
    }
    assertEquals(expected, serve.insecure);
  }

  @Test
  void commentsEscapesAndContinuedLinesAreThoseOfJavaProperties() throws IOException {
    file(
        """
        # a comment that ends with a backslash \\
        ! another

          data-dir : /srv/\\
              hold\\u0066ast/ä
        port 7
        """);
    accepted("serve");
    assertEquals("/srv/holdfast/ä", serve.dataDir);
    assertEquals(7, serve.port);
  }

  @Test
  void variablesInAValueAreNotReplaced() {
    environment.put("HOLDFAST_DATA_DIR", "/srv/${sys:user.home}");
    String message = refused("serve");
    assertTrue(message.contains("variables are not replaced; write it out"), message);
    environment.put("HOLDFAST_DATA_DIR", "/srv/$a\\b");
    accepted("serve");
    assertEquals("/srv/$a\\b", serve.dataDir);
  }

  @Test
  void anUnknownKeyIsNamedWithItsLineAndTheNearestOne() throws IOException {
    Path file = file("port=7\n\ndata-dri=x\n");
    assertEquals(
        file + ":3: unknown key 'data-dri'; the nearest known key is 'data-dir'", refused("serve"));
    assertEquals(
        file + ":3: unknown key 'data-dri'; the nearest known key is 'data-dir'",
        refused("status"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"accept-loss", "all", "config", "help", "token"})
  void whatConcernsASingleRunIsNoKey(String key) throws IOException {
    Path file = file(key + "=true");
    String message = refused("serve");
    assertTrue(message.startsWith(file + ":1: unknown key '" + key + "'"), message);
  }

  @Test
  void anUnknownVariableIsNamedWithTheNearestOne() {
    environment.put("HOLDFAST_DATADIR", "x");
    assertEquals(
        "unknown environment variable HOLDFAST_DATADIR; the nearest known one is HOLDFAST_DATA_DIR",
        refused("status"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HOLDFAST_PORT_7420_TCP_ADDR",
        "HOLDFAST_SERVICE_HOST",
        "HOLDFAST_SERVICE_PORT_GRPC"
      })
  void aVariableOfKubernetesIsExplained(String name) {
    environment.put(name, "tcp://10.0.0.1:7420");
    String message = refused("serve");
    assertTrue(message.contains(name), message);
    assertTrue(message.contains("enableServiceLinks: false"), message);
  }

  @Test
  void variablesWithoutAFlagAreKnown() {
    environment.put("HOLDFAST_JAVA_OPTS", "-Xmx1g");
    environment.put("HOLDFAST_TOKEN", "secret");
    accepted("serve");
  }

  @Test
  void aKeyThatIsSetTwiceNamesBothLines() throws IOException {
    Path file = file("port=7\ndata-dir=x\nport=7\n");
    assertEquals(
        file + ":3: 'port' is set in line 1 already; remove one of the two lines",
        refused("serve"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"port", "port=", "port= \t", "port:"})
  void aKeyWithoutAValueSaysWhatToWrite(String line) throws IOException {
    Path file = file("\n" + line);
    assertEquals(
        file + ":2: 'port' has no value; write port=VALUE, or remove the line", refused("serve"));
  }

  @Test
  void anEmptyVariableIsNoValue() {
    environment.put("HOLDFAST_DATA_DIR", "");
    assertEquals(
        "environment variable HOLDFAST_DATA_DIR is empty; give it a value, or unset it",
        refused("serve"));
  }

  @Test
  void aMalformedValueSaysWhereItComesFrom() throws IOException {
    Path file = file("# the port\nport=many\n");
    String inFile = refused("serve");
    assertTrue(inFile.contains("'many'"), inFile);
    assertTrue(inFile.endsWith(" (--port comes from " + file + ":2)"), inFile);
    environment.put("HOLDFAST_PORT", "few");
    String inVariable = refused("serve");
    assertTrue(inVariable.contains("'few'"), inVariable);
    assertTrue(inVariable.endsWith(" (--port comes from variable HOLDFAST_PORT)"), inVariable);
    String onCommandLine = refused("serve", "--port", "none");
    assertTrue(onCommandLine.contains("--port") && !onCommandLine.contains("comes from"));
    accepted("serve", "--port=5");
    assertEquals(5, serve.port, "a flag wins over a malformed value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"yes", "1", "TRUE"})
  void aBooleanIsTrueOrFalse(String value) {
    environment.put("HOLDFAST_INSECURE", value);
    assertEquals(
        "Invalid value for option '--insecure': '"
            + value
            + "' is neither true nor false (--insecure comes from variable HOLDFAST_INSECURE)",
        refused("serve"));
  }

  @Test
  void aFileThatIsMissingMalformedOrLargeIsRefused() throws IOException {
    Path missing = temp.resolve("missing");
    assertEquals(
        "configuration file " + missing + " does not exist; create it, or name another file",
        refused("serve", "--config", missing.toString()));
    assertTrue(refused("serve", "--config", temp.toString()).contains("is not readable"));
    Path file = file("port=\\u12");
    assertTrue(refused("serve").startsWith(file + ":1: malformed \\u escape"));
    Files.write(file, new byte[] {'a', '=', (byte) 0xff});
    assertEquals(file + " is not UTF-8 text; save it as UTF-8", refused("serve"));
    Files.writeString(file, "#".repeat((1 << 20) + 1));
    assertTrue(refused("serve").contains("larger than 1048576 bytes"));
  }

  @Test
  void helpWorksWithAMalformedConfigurationAndShowsTheProgramsDefaults() throws IOException {
    file("nonsense");
    environment.put("HOLDFAST_NONSENSE", "1");
    Run help = run("serve", "--help");
    assertEquals(0, help.exit(), help.err());
    assertTrue(help.out().contains("standard"), help.out());
    assertTrue(help.out().contains("[--insecure[=true|false]]"), help.out());
    assertTrue(help.out().indexOf("--port") < help.out().lastIndexOf("--insecure"), help.out());
    assertEquals(0, run("serve", "--version").exit());
  }

  @Test
  void anOptionThatOnlyOneOtherCommandHasIsNoSetting() {
    environment.put("HOLDFAST_ALL", "true");
    assertTrue(refused("verify").startsWith("unknown environment variable HOLDFAST_ALL"));
    environment.remove("HOLDFAST_ALL");
    accepted("status");
    assertNull(verify.server);
  }
}
