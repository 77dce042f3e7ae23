package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.LoadedOffers;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Caches the committed offers of the repositories with the most recent sales, because every sale
 * reads all of them. Only the writer's thread uses and changes it.
 */
final class OffersCache {
  /**
   * The largest number of cached offers: at most half a kilobyte each, so some sixteen megabytes.
   */
  static final int LARGEST_COUNT = 32_768;

  /** In the order of the last access. */
  private final Map<String, LoadedOffers> offers = new LinkedHashMap<>(16, 0.75f, true);

  private int count;

  /** Returns the offers of a repository; null if they must be read from the file. */
  @Nullable LoadedOffers get(String repositoryId) {
    return offers.get(repositoryId);
  }

  void put(String repositoryId, LoadedOffers loaded) {
    LoadedOffers before = offers.put(repositoryId, loaded);
    count += size(loaded) - (before == null ? 0 : size(before));
    Iterator<LoadedOffers> oldest = offers.values().iterator();
    while (count > LARGEST_COUNT) {
      count -= size(oldest.next());
      oldest.remove();
    }
  }

  /** Applies committed changes. */
  void apply(String repositoryId, Delta.OffersDelta delta) {
    LoadedOffers before = delta.isEmpty() ? null : offers.get(repositoryId);
    if (before != null) {
      put(repositoryId, before.after(delta));
    }
  }

  /** Returns the size of an entry; a repository without offers counts too. */
  private static int size(LoadedOffers loaded) {
    return 1 + loaded.count();
  }

  void clear() {
    offers.clear();
    count = 0;
  }
}
