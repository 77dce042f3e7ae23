package dev.holdfast.server.store.sqlite.memtable;

import dev.holdfast.server.ledger.books.Slot;
import java.util.Comparator;

/**
 * A slot of a repository. It is comparable because callers choose slots: a hash map finds one of
 * many keys with the same hash fast only if the keys are comparable.
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
