package dev.holdfast.server.runtime.security.tokens;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.server.runtime.security.files.FileContents;
import dev.holdfast.server.runtime.security.files.InvalidFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parsed tokens file: one token a line, hashed. Several tokens may have one name, so that one
 * is replaced by adding the next, deploying it, and revoking the old one; their rights are equal,
 * because a client certificate proves only the name.
 */
public final class TokensFile {
  /** Maximum number of lines with tokens. */
  static final int MAX_ENTRIES = 10_000;

  private final List<TokenEntry> entries = new ArrayList<>();
  private final Map<TokenHash, TokenEntry> byHash = new HashMap<>();
  private final Map<String, List<TokenEntry>> byName = new HashMap<>();

  private TokensFile() {}

  /**
   * Parses a file. An empty one is valid: it lets nobody in.
   *
   * @throws InvalidFileException if a line is malformed
   */
  public static TokensFile parse(FileContents contents) throws InvalidFileException {
    TokensFile file = new TokensFile();
    int number = 0;
    for (String line : (Iterable<String>) new String(contents.bytes(), UTF_8).lines()::iterator) {
      number++;
      if (isEntry(line)) {
        TokenEntry entry = TokenLine.parse(contents.path(), number, line.strip());
        String conflict = file.conflict(entry);
        if (conflict != null) {
          throw new InvalidFileException(contents.path(), number, conflict);
        }
        file.add(entry);
      }
    }
    return file;
  }

  /** Returns whether a line is neither blank nor a comment. */
  static boolean isEntry(String line) {
    return !line.isBlank() && !line.strip().startsWith("#");
  }

  private void add(TokenEntry entry) {
    entries.add(entry);
    if (entry.hash() != null) {
      byHash.put(entry.hash(), entry);
    }
    byName.computeIfAbsent(entry.name(), name -> new ArrayList<>()).add(entry);
  }

  /** Returns why an entry cannot stand beside the others; null if it can. */
  @Nullable String conflict(TokenEntry entry) {
    if (entries.size() >= MAX_ENTRIES) {
      return "more than " + MAX_ENTRIES + " tokens";
    } else if (entry.hash() != null && byHash.containsKey(entry.hash())) {
      return "the same sha256= stands twice; each token has its own line";
    }
    List<TokenEntry> others = byName.getOrDefault(entry.name(), List.of());
    if (!others.isEmpty() && !others.get(0).hasSameRights(entry)) {
      TokenEntry other = others.get(0);
      return "name="
          + entry.name()
          + " has role="
          + other.role().text()
          + " repositories="
          + other.repositoriesText()
          + " in another line; write the same, or use another name";
    }
    return null;
  }

  /** Returns all entries, in the order of the file. */
  public List<TokenEntry> entries() {
    return Collections.unmodifiableList(entries);
  }

  /** Returns the entry of a token's hash; null if there is none, or it has expired. */
  public @Nullable TokenEntry withHash(TokenHash hash, Instant now) {
    TokenEntry entry = byHash.get(hash);
    return entry == null || entry.expired(now) ? null : entry;
  }

  /** Returns an entry of a name that has not expired; null if there is none. */
  public @Nullable TokenEntry withName(String name, Instant now) {
    for (TokenEntry entry : byName.getOrDefault(name, List.of())) {
      if (!entry.expired(now)) {
        return entry;
      }
    }
    return null;
  }
}
