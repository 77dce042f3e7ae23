package dev.holdfast.server.runtime.security;

import dev.holdfast.server.api.access.Role;
import dev.holdfast.server.runtime.security.tokens.RepositoryGlob;
import dev.holdfast.server.runtime.security.tokens.TokenEntry;
import java.util.List;

/**
 * An authenticated caller.
 *
 * @param name the name in the tokens file
 * @param role what it may do
 * @param repositories the repositories that it reaches
 */
public record Caller(String name, Role role, List<RepositoryGlob> repositories) {
  /** The caller of a server without a tokens file, whose clients all have full rights. */
  static final Caller ANYBODY = new Caller("", Role.ADMIN, List.of(RepositoryGlob.ALL));

  static Caller of(TokenEntry entry) {
    return new Caller(entry.name(), entry.role(), entry.repositories());
  }

  /** Returns whether a repository, which may not exist, is within the caller's reach. */
  public boolean reaches(String repositoryId) {
    for (RepositoryGlob glob : repositories) {
      if (glob.matches(repositoryId)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether all repositories, present and future, are within the caller's reach. */
  public boolean reachesAll() {
    return repositories.contains(RepositoryGlob.ALL);
  }
}
