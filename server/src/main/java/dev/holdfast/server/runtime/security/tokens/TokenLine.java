package dev.holdfast.server.runtime.security.tokens;

import dev.holdfast.server.api.access.Role;
import dev.holdfast.server.runtime.security.files.InvalidFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses a line of the tokens file. */
final class TokenLine {
  /** Maximum number of patterns of repositories in a line. */
  static final int MAX_GLOBS = 100;

  private static final Set<String> FIELDS =
      Set.of("name", "role", "repositories", "sha256", "created", "expires");
  private static final Pattern WORD = Pattern.compile("[\\x21-\\x7e]{0,20}");
  private static final Pattern BLANKS = Pattern.compile("[ \t]+");

  private final Path file;
  private final int number;
  private final Map<String, String> fields = new LinkedHashMap<>();

  private TokenLine(Path file, int number) {
    this.file = file;
    this.number = number;
  }

  /**
   * Parses a line.
   *
   * @param number the number of the line, from 1
   */
  static TokenEntry parse(Path file, int number, String line) throws InvalidFileException {
    return new TokenLine(file, number).entry(line);
  }

  private TokenEntry entry(String line) throws InvalidFileException {
    for (String field : BLANKS.split(line, -1)) {
      int equals = field.indexOf('=');
      String key = equals < 0 ? field : field.substring(0, equals);
      if (equals < 0 || !FIELDS.contains(key)) {
        throw invalid(shown(key) + " is not a field; write name=, role=, repositories=, sha256=");
      } else if (fields.put(key, field.substring(equals + 1)) != null) {
        throw invalid(key + "= stands twice; write it once");
      }
    }
    String name = required("name");
    if (!TokenEntry.isName(name)) {
      throw invalid(shown(name) + " is not a name; write 1 to 128 letters, digits or ._@:/-");
    }
    return new TokenEntry(name, role(), globs(), hash(), time("created"), time("expires"));
  }

  private String required(String key) throws InvalidFileException {
    String value = fields.get(key);
    if (value == null || value.isEmpty()) {
      throw invalid(key + "= is missing");
    }
    return value;
  }

  private Role role() throws InvalidFileException {
    String text = required("role");
    for (Role role : Role.values()) {
      if (role.text().equals(text)) {
        return role;
      }
    }
    throw invalid(shown(text) + " is not a role; write role=reader, role=writer or role=admin");
  }

  private List<RepositoryGlob> globs() throws InvalidFileException {
    String[] patterns = required("repositories").split(",", -1);
    if (patterns.length > MAX_GLOBS) {
      throw invalid("more than " + MAX_GLOBS + " patterns of repositories");
    }
    List<RepositoryGlob> globs = new ArrayList<>();
    for (String pattern : patterns) {
      try {
        globs.add(new RepositoryGlob(pattern));
      } catch (IllegalArgumentException e) {
        throw invalid(shown(pattern) + RepositoryGlob.HINT);
      }
    }
    return List.copyOf(globs);
  }

  private @Nullable TokenHash hash() throws InvalidFileException {
    String text = fields.get("sha256");
    try {
      return text == null ? null : TokenHash.parse(text);
    } catch (IllegalArgumentException e) {
      // The value is not repeated: somebody may have written the secret itself.
      throw invalid(
          "sha256= is not 64 hexadecimal digits; 'holdfast token' writes lines with the hash");
    }
  }

  private @Nullable Instant time(String key) throws InvalidFileException {
    String text = fields.get(key);
    try {
      return text == null ? null : Instant.parse(text);
    } catch (DateTimeException e) {
      throw invalid(
          key + "=: " + shown(text) + " is not a time; write for example 2027-01-31T00:00:00Z");
    }
  }

  /**
   * Describes a wrong text. Repeats short words only: a longer one may be the secret of a token.
   */
  private static String shown(@Nullable String text) {
    String given = String.valueOf(text);
    return WORD.matcher(given).matches()
        ? "'" + given + "'"
        : "a text of " + given.length() + " characters";
  }

  private InvalidFileException invalid(String why) {
    return new InvalidFileException(file, number, why);
  }
}
