package dev.holdfast.client.internal.calls;

import dev.holdfast.client.model.Page;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Iterates over all entries of a list; fetches a page when the last one is used up. */
public final class Pages<T> implements Iterator<T> {
  private final Function<String, Page<T>> fetch;
  private Iterator<T> items = Collections.emptyIterator();

  /** {@code null} after the last page. */
  private @Nullable String nextPageToken;

  private Pages(String firstPageToken, Function<String, Page<T>> fetch) {
    this.nextPageToken = firstPageToken;
    this.fetch = fetch;
  }

  public static <T> Stream<T> stream(String firstPageToken, Function<String, Page<T>> fetch) {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(
            new Pages<>(firstPageToken, fetch), Spliterator.ORDERED | Spliterator.NONNULL),
        false);
  }

  @Override
  public boolean hasNext() {
    // A page may be empty without being the last.
    while (!items.hasNext() && nextPageToken != null) {
      Page<T> page = fetch.apply(nextPageToken);
      items = page.items().iterator();
      nextPageToken = page.nextPageToken().isEmpty() ? null : page.nextPageToken();
    }
    return items.hasNext();
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return items.next();
  }
}
