package dev.holdfast.server.store.sqlite.releases;

import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Slot;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a transaction knows of the past of a repository's slots, and where the index has it. */
public final class SlotPasts {
  private final Set<Slot> loaded;
  private final Map<Slot, Past> pasts = new HashMap<>();

  /** Of these slots it is loaded; others may have one too. */
  public SlotPasts(Set<Slot> loaded) {
    this.loaded = loaded;
  }

  /**
   * The end of a slot's past.
   *
   * @param latest the latest release; null for none that is remembered
   * @param entry its entry in the index, which {@linkplain ReleaseEntry#keepsOlder keeps} those of
   *     other slots, if there are any
   */
  public record Past(@Nullable Released latest, long entry) {}

  /** Whether the past of a slot was loaded. */
  public boolean isLoaded(Slot slot) {
    return loaded.contains(slot);
  }

  public void put(Slot slot, Past past) {
    pasts.put(slot, past);
  }

  /** The past of a slot; null where it has none, and the index has nothing under its hash. */
  public @Nullable Past of(Slot slot) {
    return pasts.get(slot);
  }
}
