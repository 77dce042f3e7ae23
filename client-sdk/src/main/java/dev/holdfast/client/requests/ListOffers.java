package dev.holdfast.client.requests;

import dev.holdfast.client.model.Page;
import java.util.Objects;

/**
 * The offers to list: {@code ListOffers.all().withRepositoryId("cold")}.
 *
 * @param repositoryId which repository; empty means {@code default}
 * @param pageSize how many a page has at most, 0 … 2^31-1: 0 means 100, more than 1,000 means 1,000
 * @param pageToken the {@link Page#nextPageToken()} of the page before, with everything else kept
 *     as it was; empty for the first page
 */
public record ListOffers(String repositoryId, int pageSize, String pageToken) {
  /** Refuses {@code null}. */
  public ListOffers {
    Objects.requireNonNull(repositoryId, "repositoryId");
    Objects.requireNonNull(pageToken, "pageToken");
  }

  /** {@return the offers of the repository {@code default}, in pages of the server's size} */
  public static ListOffers all() {
    return new ListOffers("", 0, "");
  }

  /**
   * Returns the same of another repository.
   *
   * @param repositoryId which repository
   * @return a copy
   */
  public ListOffers withRepositoryId(String repositoryId) {
    return new ListOffers(repositoryId, pageSize, pageToken);
  }

  /**
   * Returns the same in pages of another size.
   *
   * @param pageSize how many a page has at most: 0 means 100, more than 1,000 means 1,000
   * @return a copy
   */
  public ListOffers withPageSize(int pageSize) {
    return new ListOffers(repositoryId, pageSize, pageToken);
  }

  /**
   * Returns the same, from another page on.
   *
   * @param pageToken the {@link Page#nextPageToken()} of the page before
   * @return a copy
   */
  public ListOffers withPageToken(String pageToken) {
    return new ListOffers(repositoryId, pageSize, pageToken);
  }
}
