package dev.holdfast.server.runtime.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * Reads a configuration file in the format of {@link Properties}, in UTF-8. Unlike {@code
 * Properties}, knows the line of each value, and rejects a key that is set twice.
 */
final class ConfigurationFile {
  private static final int MAX_BYTES = 1 << 20;

  /** A value and the number of its line, from 1. */
  record Entry(String value, int line) {}

  private ConfigurationFile() {}

  /** Returns the entries of a file by key, in order. */
  static Map<String, Entry> read(Path file) throws ConfigurationException {
    List<String> lines = readText(file).lines().toList();
    Map<String, Entry> entries = new LinkedHashMap<>();
    int next = 0;
    while (next < lines.size()) {
      int first = next;
      StringBuilder logical = new StringBuilder(lines.get(next++));
      while (isContinued(logical) && next < lines.size()) {
        logical.append('\n').append(lines.get(next++));
      }
      String where = file + ":" + (first + 1) + ": ";
      for (Map.Entry<Object, Object> property : parse(logical.toString(), where).entrySet()) {
        String key = (String) property.getKey();
        String value = ((String) property.getValue()).strip();
        if (value.isEmpty()) {
          throw new ConfigurationException(
              where + "'" + key + "' has no value; write " + key + "=VALUE, or remove the line");
        }
        Entry earlier = entries.put(key, new Entry(value, first + 1));
        if (earlier != null) {
          throw new ConfigurationException(
              where
                  + "'"
                  + key
                  + "' is set in line "
                  + earlier.line()
                  + " already; remove one of the two lines");
        }
      }
    }
    return entries;
  }

  private static String readText(Path file) throws ConfigurationException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new ConfigurationException(
            file + " is larger than " + MAX_BYTES + " bytes, so it is no configuration file");
      }
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new ConfigurationException(file + " is not UTF-8 text; save it as UTF-8");
    } catch (NoSuchFileException e) {
      throw new ConfigurationException(
          "configuration file " + file + " does not exist; create it, or name another file");
    } catch (AccessDeniedException e) {
      throw new ConfigurationException(
          "configuration file " + file + " is not readable for this user; change its permissions");
    } catch (IOException e) {
      throw new ConfigurationException(
          "configuration file " + file + " is not readable: " + e.getMessage());
    }
  }

  /** Returns whether the last line ends with an odd number of backslashes, outside of comments. */
  private static boolean isContinued(StringBuilder logical) {
    String start = logical.toString().stripLeading();
    if (start.startsWith("#") || start.startsWith("!")) {
      return false;
    }
    int backslashes = 0;
    while (backslashes < start.length() && start.charAt(start.length() - 1 - backslashes) == '\\') {
      backslashes++;
    }
    return backslashes % 2 == 1;
  }

  /** Returns the property of one logical line; none for a comment or a blank line. */
  private static Properties parse(String logicalLine, String where) throws ConfigurationException {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(logicalLine));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(
          where + "malformed \\u escape; write four hexadecimal digits, or \\\\ for a backslash");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }
}
