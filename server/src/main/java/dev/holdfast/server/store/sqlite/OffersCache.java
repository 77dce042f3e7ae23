package dev.holdfast.server.store.sqlite;

import dev.holdfast.server.ledger.view.Delta;
import dev.holdfast.server.ledger.view.LoadedOffers;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All offers of the repositories that sold last, as they were committed: every sale looks at all of
 * them. Only for the one who writes, who alone alters them.
 */
final class OffersCache {
  /** Offers of all repositories: half a kilobyte each at the most, so some sixteen megabytes. */
  static final int LARGEST_COUNT = 32_768;

  /** What was asked for last comes last. */
  private final Map<String, LoadedOffers> offers = new LinkedHashMap<>(16, 0.75f, true);

  private int count;

  /** The offers of a repository; null where the file has to be asked. */
  @Nullable LoadedOffers get(String repositoryId) {
    return offers.get(repositoryId);
  }

  void put(String repositoryId, LoadedOffers loaded) {
    LoadedOffers before = offers.put(repositoryId, loaded);
    count += places(loaded) - (before == null ? 0 : places(before));
    Iterator<LoadedOffers> oldest = offers.values().iterator();
    while (count > LARGEST_COUNT) {
      count -= places(oldest.next());
      oldest.remove();
    }
  }

  /** Takes over what was committed. */
  void alter(String repositoryId, Delta.OffersDelta delta) {
    LoadedOffers before = delta.isEmpty() ? null : offers.get(repositoryId);
    if (before != null) {
      put(repositoryId, before.after(delta));
    }
  }

  /** A repository without offers takes a place too. */
  private static int places(LoadedOffers loaded) {
    return 1 + loaded.count();
  }

  void clear() {
    offers.clear();
    count = 0;
  }
}
