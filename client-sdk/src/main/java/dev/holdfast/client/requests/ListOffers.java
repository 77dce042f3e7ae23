package dev.holdfast.client.requests;

import dev.holdfast.client.model.Page;
import java.util.Objects;

/**
 * The offers to list: {@code ListOffers.all().withRepositoryId("cold")}.
 *
 * @param repositoryId the repository; empty means {@code default}
 * @param pageSize the largest number of entries in a page, 0 … 2^31-1: 0 means 100, more than 1,000
 *     means 1,000
 * @param pageToken the {@link Page#nextPageToken()} of the page before, with the other fields
 *     unchanged; empty for the first page
 */
public record ListOffers(String repositoryId, int pageSize, String pageToken) {
  /** Rejects {@code null}. */
  public ListOffers {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(pageToken, "pageToken");
  }

  /** {@return the offers of the repository {@code default}, in pages of the server's size} */
  public static ListOffers all() {
    return new ListOffers("", 0, "");
  }

  /**
   * Returns the same query for another repository.
   *
   * @param repositoryId the repository
   * @return a copy
   */
  public ListOffers withRepositoryId(String repositoryId) {
    return new ListOffers(repositoryId, pageSize, pageToken);
  }

  /**
   * Returns the same query with another page size.
   *
   * @param pageSize the largest number of entries in a page: 0 means 100, more than 1,000 means
   *     1,000
   * @return a copy
   */
  public ListOffers withPageSize(int pageSize) {
    return new ListOffers(repositoryId, pageSize, pageToken);
  }

  /**
   * Returns the same query for another page.
   *
   * @param pageToken the {@link Page#nextPageToken()} of the page before
   * @return a copy
   */
  public ListOffers withPageToken(String pageToken) {
    return new ListOffers(repositoryId, pageSize, pageToken);
  }
}
