package dev.holdfast.server.runtime.security.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.holdfast.server.api.access.Role;
import dev.holdfast.server.runtime.security.files.FileContents;
import dev.holdfast.server.runtime.security.files.InvalidFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokensFileTest {
  private static final Path FILE = Path.of("tokens");
  private static final String HASH = "0123456789abcdef".repeat(4);
  private static final Instant NOW = Instant.parse("2026-11-27T12:00:00Z");

  @TempDir private Path temp;

  private static TokensFile parse(String text) throws InvalidFileException {
    return TokensFile.parse(new FileContents(FILE, text.getBytes(UTF_8)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "name=a role=reader|repositories= is missing",
        "role=reader repositories=*|name= is missing",
        "name=a repositories=*|role= is missing",
        "name=a role=root repositories=*|root' is not a role; write role=reader",
        "name=a name=b role=reader repositories=*|name= stands twice",
        "name=a role=reader repositories=EU|EU' is not a pattern of repository ids",
        "name=a role=reader repositories=a,|' is not a pattern",
        "name=a role=reader repositories=* sha256=secret|is not 64 hexadecimal digits",
        "name=a role=reader repositories=* expires=soon|write for example 2027-01-31",
        "name=a role=reader repositories=* color=red|color' is not a field",
        "name=ä role=reader repositories=*|is not a name",
        "nonsense|nonsense' is not a field",
      })
  void aMalformedLineIsNamedWithWhatToWrite(String line, String why) {
    InvalidFileException e =
        assertThrows(InvalidFileException.class, () -> parse("# comment\n\n" + line + "\n"));
    assertTrue(String.valueOf(e.getMessage()).startsWith("tokens:3: "), e.getMessage());
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "%s",
        "%s=1",
        "name=%s!",
        "name=a role=%s repositories=*",
        "name=a role=reader repositories=%s",
        "name=a role=reader repositories=* sha256=%s",
        "name=a role=reader repositories=* expires=%s"
      })
  void aSecretInAWrongPlaceIsNotRepeated(String line) {
    String secret = TokenSecret.generate();
    InvalidFileException e =
        assertThrows(InvalidFileException.class, () -> parse(line.replace("%s", secret)));
    String message = String.valueOf(e.getMessage());
    assertFalse(message.contains(secret.substring(10, 20)), message);
  }

  @Test
  void aSecretThatWasWrittenInPlaceOfItsHashIsNotRepeated() {
    String secret = TokenSecret.generate();
    InvalidFileException e =
        assertThrows(
            InvalidFileException.class,
            () -> parse("name=a role=reader repositories=* sha256=" + secret));
    assertTrue(!String.valueOf(e.getMessage()).contains(secret), e.getMessage());
  }

  @Test
  void aNameHasTheSameRightsInAllItsLines() {
    InvalidFileException e =
        assertThrows(
            InvalidFileException.class,
            () ->
                parse(
                    "name=a role=reader repositories=*\nname=a role=writer repositories=* sha256="
                        + HASH));
    assertTrue(String.valueOf(e.getMessage()).contains("tokens:2: name=a has role=reader"));
  }

  @Test
  void aTokenStandsOnce() {
    String line = "name=a role=reader repositories=* sha256=" + HASH + "\n";
    assertThrows(InvalidFileException.class, () -> parse(line + line));
  }

  @Test
  void thereIsALimitOnTokens() throws InvalidFileException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < TokensFile.MAX_ENTRIES; i++) {
      text.append("name=n").append(i).append(" role=reader repositories=*\n");
    }
    assertEquals(TokensFile.MAX_ENTRIES, parse(text.toString()).entries().size());
    text.append("name=more role=reader repositories=*\n");
    assertThrows(InvalidFileException.class, () -> parse(text.toString()));
  }

  @Test
  void anExpiredLineNoLongerCounts() throws InvalidFileException {
    String secret = TokenSecret.generate();
    TokenHash hash = TokenSecret.hash(secret);
    TokensFile file =
        parse("name=a role=reader repositories=* sha256=" + hash.text() + " expires=" + NOW);
    assertNotNull(file.withHash(hash, NOW.minusMillis(1)));
    assertNotNull(file.withName("a", NOW.minusMillis(1)));
    assertNull(file.withHash(hash, NOW));
    assertNull(file.withName("a", NOW));
    assertNull(file.withHash(TokenSecret.hash("another"), NOW.minusMillis(1)));
  }

  @Test
  void anEditKeepsCommentsAndPermissions() throws Exception {
    Path file = temp.resolve("tokens");
    String text = "# ours\nname=b role=admin repositories=*\n";
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    TokensEditor editor = new TokensEditor(file);
    editor.add(entry("a"));
    assertEquals(text + entry("a").line() + "\n", Files.readString(file));
    assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(List.of(entry("a")), editor.revoke(entry("a").id()));
    assertEquals(text, Files.readString(file));
    assertEquals(List.of(), editor.revoke("nobody"));
  }

  @Test
  void aNewFileIsForItsOwnerOnly() throws Exception {
    Path file = temp.resolve("tokens");
    new TokensEditor(file).add(entry("a"));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertEquals(List.of(entry("a")), new TokensEditor(file).list());
  }

  @Test
  void aSymbolicLinkStays() throws Exception {
    Path file = temp.resolve("real");
    Path link = Files.createSymbolicLink(temp.resolve("tokens"), file);
    Files.writeString(file, "");
    new TokensEditor(link).add(entry("a"));
    assertTrue(Files.isSymbolicLink(link));
    assertTrue(Files.readString(file).contains("name=a"));
  }

  @Test
  void aContradictionChangesNothing() throws Exception {
    Path file = temp.resolve("tokens");
    TokensEditor editor = new TokensEditor(file);
    editor.add(entry("a"));
    String before = Files.readString(file);
    TokenEntry other =
        new TokenEntry("a", Role.ADMIN, List.of(RepositoryGlob.ALL), null, null, null);
    assertThrows(InvalidFileException.class, () -> editor.add(other));
    assertEquals(before, Files.readString(file));
    assertFalse(Files.exists(temp.resolve("tokens.new")));
  }

  private static TokenEntry entry(String name) {
    return new TokenEntry(
        name,
        Role.READER,
        List.of(new RepositoryGlob("eu-*"), new RepositoryGlob("us")),
        TokenSecret.hash(name),
        NOW,
        NOW.plusSeconds(1));
  }
}
