package dev.holdfast.client.model;

import java.util.List;
import java.util.Objects;

/**
 * A page of a list.
 *
 * @param <T> what is listed
 * @param items what the page holds. It may be shorter than asked for, even empty, and still not be
 *     the last
 * @param nextPageToken what to ask the next page with; empty where this was the last one
 */
public record Page<T>(List<T> items, String nextPageToken) {
  /** Copies the list. */
  public Page {
    items = List.copyOf(items);
    Objects.requireNonNull(nextPageToken, "nextPageToken");
  }
}
