package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Slot;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds the pasts of a repository's slots that a transaction has loaded: their latest releases and
 * the entries of the index.
 */
public final class SlotPasts {
  private final Set<Slot> loaded;
  private final Map<Slot, Past> pasts = new HashMap<>();

  /**
   * Makes an empty set of pasts, to be loaded for some slots. Pasts of other slots may be added.
   */
  public SlotPasts(Set<Slot> loaded) {
    this.loaded = loaded;
  }

  /**
   * The latest part of a slot's past.
   *
   * @param latest the latest release; null if none is retained
   * @param entry the entry of the release in the index; it {@linkplain ReleaseEntry#keepsOlder
   *     keeps} entries of other slots, if there are any
   */
  public record Past(@Nullable Released latest, long entry) {}

  /** Returns whether the past of a slot was loaded. */
  public boolean isLoaded(Slot slot) {
    return loaded.contains(slot);
  }

  public void put(Slot slot, Past past) {
    pasts.put(slot, past);
  }

  /**
   * Returns the past of a slot; null if the slot has none and the index has no entry under its
   * hash.
   */
  public @Nullable Past of(Slot slot) {
    return pasts.get(slot);
  }
}
