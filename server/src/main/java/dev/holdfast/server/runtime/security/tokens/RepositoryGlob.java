package dev.holdfast.server.runtime.security.tokens;

import java.util.regex.Pattern;

/**
 * A pattern of repository ids: {@code *} stands for any characters, also for none, and {@code ?}
 * for one. The rest is compared exactly.
 *
 * @param pattern the pattern
 */
public record RepositoryGlob(String pattern) {
  /** The end of a sentence that rejects a pattern. */
  static final String HINT =
      " is not a pattern of repository ids; use their characters a-z, 0-9, '.', '_', '-', and '*' or"
          + " '?', for example 'eu-*'";

  private static final Pattern VALID = Pattern.compile("[a-z0-9*?][a-z0-9._*?-]{0,62}");

  /** The pattern that every repository matches. */
  public static final RepositoryGlob ALL = new RepositoryGlob("*");

  /**
   * Checks the pattern.
   *
   * @throws IllegalArgumentException if no repository id could match it
   */
  public RepositoryGlob {
    if (!VALID.matcher(pattern).matches()) {
      throw new IllegalArgumentException("'" + pattern + "'" + HINT);
    }
  }

  /** Returns whether a repository id matches. The time is at most the product of both lengths. */
  public boolean matches(String id) {
    int at = 0;
    int next = 0;
    int star = -1;
    int afterStar = 0;
    while (at < id.length()) {
      if (next < pattern.length() && pattern.charAt(next) == '*') {
        star = next++;
        afterStar = at;
      } else if (next < pattern.length()
          && (pattern.charAt(next) == '?' || pattern.charAt(next) == id.charAt(at))) {
        next++;
        at++;
      } else if (star >= 0) {
        next = star + 1;
        at = ++afterStar;
      } else {
        return false;
      }
    }
    while (next < pattern.length() && pattern.charAt(next) == '*') {
      next++;
    }
    return next == pattern.length();
  }
}
