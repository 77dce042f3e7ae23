package dev.holdfast.server.runtime.page.html;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.server.ledger.books.Slot;
import java.net.URLEncoder;

/**
 * The addresses of the pages. A request id is a parameter, not a part of the path, because browsers
 * change paths in which a part is {@code ..}.
 */
public final class Links {
  public static final String REPOSITORIES = "/";
  public static final String REPOSITORY_ROOT = "/repositories/";
  public static final String LOGIN = "/login";
  public static final String LOGOUT = "/logout";

  private Links() {}

  /**
   * Returns the page of a repository, which lists its slots. Ids of repositories need no escape.
   */
  public static String repository(String repositoryId) {
    return REPOSITORY_ROOT + repositoryId;
  }

  public static String events(String repositoryId) {
    return repository(repositoryId) + "/events";
  }

  public static String offers(String repositoryId) {
    return repository(repositoryId) + "/offers";
  }

  /** Returns the page with the story of a slot. */
  public static String slot(String repositoryId, Slot slot) {
    return repository(repositoryId)
        + "/slot"
        + query("request", slot.requestId(), "index", Long.toUnsignedString(slot.slotIndex()));
  }

  /** Returns the parameters of an address; empty values are left out. */
  public static String query(String... namesAndValues) {
    StringBuilder query = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      if (!namesAndValues[i + 1].isEmpty()) {
        query
            .append(query.isEmpty() ? '?' : '&')
            .append(namesAndValues[i])
            .append('=')
            .append(URLEncoder.encode(namesAndValues[i + 1], UTF_8));
      }
    }
    return query.toString();
  }
}
