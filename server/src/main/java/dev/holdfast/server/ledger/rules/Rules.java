package dev.holdfast.server.ledger.rules;

import dev.holdfast.server.ledger.books.Released;
import dev.holdfast.server.ledger.books.Repository;
import dev.holdfast.server.ledger.books.Reservation;
import dev.holdfast.server.ledger.books.Slot;
import dev.holdfast.server.ledger.books.SlotHistory;
import dev.holdfast.server.ledger.view.Books;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What several rules have in common. */
public final class Rules {
  private Rules() {}

  /** Goes on with the repository where it exists, and refuses where it does not. */
  public static Decision inRepository(
      Books books, String repositoryId, Function<Repository, Decision> rule) {
    Repository repository = books.repository();
    if (repository == null || repository.deleted()) {
      return Decision.of(Rejections.repositoryNotFound(repositoryId));
    }
    return rule.apply(repository);
  }

  /**
   * The reservation that a generation means; exactly one of the three is not null.
   *
   * @param current it is the one that the slot has
   * @param released it was released
   * @param rejection it is neither
   */
  public record Target(
      @Nullable Reservation current, @Nullable Released released, @Nullable Rejection rejection) {

    /** The one that the slot has; only to be asked for where it is neither of the others. */
    public Reservation reservation() {
      return Objects.requireNonNull(current);
    }
  }

  /** Finds what a generation means, by the contract's table of generations. */
  public static Target target(String repositoryId, Slot slot, Books books, long generation) {
    SlotHistory history = books.slot(slot);
    Reservation current = history.current();
    if (current != null && (generation == 0 || generation == current.generation())) {
      return new Target(current, null, null);
    }
    Released released =
        generation == 0 ? history.latestReleased() : books.released(slot, generation);
    if (released != null) {
      return new Target(null, released, null);
    }
    if (current == null && history.latestReleased() == null) {
      return new Target(null, null, Rejections.reservationNotFound(repositoryId, slot, generation));
    }
    return new Target(
        null,
        null,
        Rejections.generationMismatch(
            repositoryId, slot, generation, current == null ? 0 : current.generation()));
  }
}
