package dev.holdfast.client.model;

import java.util.List;
import java.util.Objects;

/**
 * A page of a list.
 *
 * @param <T> the type of an entry
 * @param items the entries of the page. A page may be shorter than the page size, even empty,
 *     without being the last
 * @param nextPageToken the token for the next page; empty for the last page
 */
public record Page<T>(List<T> items, String nextPageToken) {
  /** Copies the list. */
  public Page {
    items = List.copyOf(items);
    Objects.requireNonNull(nextPageToken, "nextPageToken");
  }
}
