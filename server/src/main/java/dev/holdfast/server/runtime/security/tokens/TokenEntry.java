package dev.holdfast.server.runtime.security.tokens;

import dev.holdfast.server.api.access.Role;
import java.time.Instant;
import java.util.List;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A line of the tokens file: a token, or a name that a client certificate proves.
 *
 * @param name the caller's name
 * @param role what the caller may do
 * @param repositories the repositories that it reaches
 * @param hash the hash of the token's secret; null for a name without a token
 * @param created when the line was written, for people; null if unknown
 * @param expires from when on the line no longer counts; null for never
 */
public record TokenEntry(
    String name,
    Role role,
    List<RepositoryGlob> repositories,
    @Nullable TokenHash hash,
    @Nullable Instant created,
    @Nullable Instant expires) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@:/-]{0,127}");

  /** Returns whether a name may stand in the file. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Returns the id that {@code --list} prints and {@code --revoke} takes. */
  public String id() {
    return name + "#" + (hash == null ? "certificate" : hash.shortText());
  }

  /** Returns whether the line has expired. */
  public boolean expired(Instant now) {
    return expires != null && !now.isBefore(expires);
  }

  /** Returns the repositories as in the file. */
  public String repositoriesText() {
    StringJoiner text = new StringJoiner(",");
    repositories.forEach(glob -> text.add(glob.pattern()));
    return text.toString();
  }

  boolean hasSameRights(TokenEntry other) {
    return role == other.role && repositories.equals(other.repositories);
  }

  /** Returns the line of the file. */
  String line() {
    StringJoiner line = new StringJoiner(" ");
    line.add("name=" + name);
    line.add("role=" + role.text());
    line.add("repositories=" + repositoriesText());
    if (hash != null) {
      line.add("sha256=" + hash.text());
    }
    if (created != null) {
      line.add("created=" + created);
    }
    if (expires != null) {
      line.add("expires=" + expires);
    }
    return line.toString();
  }
}
