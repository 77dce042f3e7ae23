package dev.holdfast.server.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.flags.FlagConverters;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

class FlagsTest {
  @TempDir Path directory = Path.of("");

  @ParameterizedTest
  @CsvSource({
    "1TiB,1099511627776",
    "500GB,500000000000",
    "1.5GiB,1610612736",
    "42,42",
    "42B,42",
    "1k,1000",
    "9223372036854775807,9223372036854775807"
  })
  void sizes(String word, long bytes) {
    assertEquals(bytes, new FlagConverters.ByteSize().convert(word));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "0", "-1", "1TB1", "1 apple", "1.5", "8EiB", "9223372036854775808", "1.0001k"})
  void wrongSizes(String word) {
    assertThrows(TypeConversionException.class, () -> new FlagConverters.ByteSize().convert(word));
  }

  @ParameterizedTest
  @CsvSource({"7d,604800", "12h,43200", "30m,1800", "10s,10"})
  void spans(String word, long seconds) {
    assertEquals(Duration.ofSeconds(seconds), new FlagConverters.DurationFlag().convert(word));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0s", "7", "d", "-7d", "1w", "99999999999d", "999999999d"})
  void wrongSpans(String word) {
    assertThrows(
        TypeConversionException.class, () -> new FlagConverters.DurationFlag().convert(word));
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1:7420,7420", "[::1]:0,0", "localhost:1,1"})
  void addresses(String word, int port) {
    assertEquals(port, new FlagConverters.HostPort().convert(word).getPort());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7420", ":7420", "localhost", "localhost:65536", "::1:7420", "a b:1"})
  void wrongAddresses(String word) {
    assertThrows(TypeConversionException.class, () -> new FlagConverters.HostPort().convert(word));
  }

  private record Ended(int exit, String out, String err) {}

  private static Ended run(String... words) {
    CommandLine line = Main.commandLine(Map.of());
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    line.setOut(new PrintWriter(out, true));
    line.setErr(new PrintWriter(err, true));
    int exit = line.execute(words);
    return new Ended(exit, out.toString(), err.toString());
  }

  private static String refused(String... words) {
    Ended ended = run(words);
    assertEquals(2, ended.exit(), ended::toString);
    assertEquals("", ended.out());
    return ended.err();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --capacity     | big             | 1TiB
          --capacity     | 5 parsecs       | 1TiB
          --capacity     | 0               | 1TiB
          --capacity     | 99EiB           | below 2^63
          --retention    | 1               | use for example 7d
          --retention    | a week          | 7d
          --retention    | 0d              | 7d
          --listen       | nowhere         | use for example 127.0.0.1:7420
          --listen       | 127.0.0.1:99999 | 127.0.0.1:7420
          --admin-listen | on              | or 'off'
          """)
  void wrongValuesSayWhatToWriteInstead(String flag, String value, String instead) {
    String data = directory.resolve("data").toString();
    String line = refused("serve", "--data-dir", data, flag, value).lines().findFirst().orElse("");
    assertTrue(line.contains(flag) && line.contains(value), line);
    assertTrue(line.contains(instead), line);
    assertTrue(Files.notExists(directory.resolve("data")), "nothing was begun");
  }

  @Test
  void beyondLoopbackOnlyWhenItIsMeant() {
    String data = directory.resolve("data").toString();
    for (String flag : List.of("--listen", "--admin-listen")) {
      String message = refused("serve", flag, "0.0.0.0:0", "--data-dir", data);
      assertTrue(message.contains(flag) && message.contains("--insecure"), message);
    }
    assertTrue(Files.notExists(directory.resolve("data")), "nothing was begun");
  }

  @ParameterizedTest
  @CsvSource({
    "--list, --expires=5d",
    "--list, --repository=x*",
    "--list, --certificate",
    "--revoke=a, --expires=5d"
  })
  void flagsOfANewTokenAreForNewTokensOnly(String what, String flag) throws Exception {
    String file = Files.writeString(directory.resolve("tokens"), "").toString();
    String message = refused("token", "--tokens-file", file, what, flag);
    assertTrue(message.contains(flag.split("=", 2)[0] + " belongs to a token"), message);
  }

  @Test
  void aTokensFileInNoDirectoryNamesTheDirectory() {
    Path nowhere = directory.resolve("nowhere");
    String message =
        refused(
            "token",
            "--tokens-file",
            nowhere.resolve("tokens").toString(),
            "--name",
            "a",
            "--role",
            "reader");
    assertTrue(message.contains(nowhere + ": this directory does not exist"), message);
  }

  @Test
  void unknownWordsSayWhatIsMeant() {
    assertTrue(refused("serve", "--data-dri", "x").contains("--data-dir"));
    assertTrue(refused("serv").contains("serve"));
    assertTrue(refused().contains("serve"));
  }

  @Test
  void helpAndVersion() {
    for (String[] words :
        new String[][] {{"--help"}, {"serve", "--help"}, {"verify", "--help"}, {"backup", "-h"}}) {
      Ended help = run(words);
      assertEquals(0, help.exit());
      assertTrue(help.out().contains("Usage: holdfast"), help.out());
      assertEquals("", help.err());
    }
    String serve = run("serve", "--help").out();
    for (String flag :
        List.of("--listen", "--admin-listen", "--data-dir", "--capacity", "--retention")) {
      assertTrue(serve.contains(flag), serve);
    }
    assertEquals(run("--version"), run("serve", "--version"));
  }
}
