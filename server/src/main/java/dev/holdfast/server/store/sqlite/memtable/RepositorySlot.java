package dev.holdfast.server.store.sqlite.memtable;

import dev.holdfast.server.ledger.books.Slot;
import java.util.Comparator;

/**
 * A slot of a repository. Comparable because callers choose slots: many of one hash share a place
 * in a map, where only what has an order is found without a look at all of them.
 *
 * @param repositoryId the repository
 * @param slot the slot
 */
public record RepositorySlot(String repositoryId, Slot slot) implements Comparable<RepositorySlot> {
  private static final Comparator<RepositorySlot> ORDER =
      Comparator.comparing(RepositorySlot::repositoryId).thenComparing(RepositorySlot::slot);

  @Override
  public int compareTo(RepositorySlot other) {
    return ORDER.compare(this, other);
  }
}
